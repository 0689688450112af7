import { OverviewPage } from "@/dashboard/ui/overview/overview-page";

export default OverviewPage;

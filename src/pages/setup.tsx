import { SetupPage } from "@/dashboard/ui/setup/setup-page";

export default SetupPage;

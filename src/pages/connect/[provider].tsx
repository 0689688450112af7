import { ConnectPage } from "@/dashboard/ui/connect/connect-page";

export default ConnectPage;

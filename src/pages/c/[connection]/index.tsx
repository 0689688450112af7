import { StatusPage } from "@/dashboard/ui/status/status-page";

export default StatusPage;

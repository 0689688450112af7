import { ActivityPage } from "@/dashboard/ui/activity/activity-page";

export default ActivityPage;

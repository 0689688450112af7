import { SettingsPage } from "@/dashboard/ui/settings/settings-page";

export default SettingsPage;

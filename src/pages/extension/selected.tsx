import { SelectedPopup } from "@/dashboard/ui/light/selected-popup";
import type { LightPage } from "../_app";

const Page: LightPage = () => <SelectedPopup />;
Page.isLight = true;

export default Page;

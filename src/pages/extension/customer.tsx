import { CustomerPopup } from "@/dashboard/ui/light/customer-widget";
import type { LightPage } from "../_app";

const Page: LightPage = () => <CustomerPopup />;
Page.isLight = true;

export default Page;

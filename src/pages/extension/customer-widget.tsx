import { CustomerWidget } from "@/dashboard/ui/light/customer-widget";
import type { LightPage } from "../_app";

const Page: LightPage = () => <CustomerWidget />;
Page.isLight = true;

export default Page;

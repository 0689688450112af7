import { PlainPage as Plain } from "@/dashboard/ui/shell/plain-page";
import type { PlainPage } from "./_app";

const Support: PlainPage = () => <Plain name="support" />;
Support.isPlain = true;

export default Support;

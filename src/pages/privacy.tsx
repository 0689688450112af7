import { PlainPage as Plain } from "@/dashboard/ui/shell/plain-page";
import type { PlainPage } from "./_app";

const Privacy: PlainPage = () => <Plain name="privacy" />;
Privacy.isPlain = true;

export default Privacy;

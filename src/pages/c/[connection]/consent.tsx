import { ConsentPage } from "@/dashboard/ui/mapping/consent-page";

export default ConsentPage;

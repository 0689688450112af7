import { FieldsPage } from "@/dashboard/ui/mapping/fields-page";

export default FieldsPage;

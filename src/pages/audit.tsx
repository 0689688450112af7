import { AuditPage } from "@/dashboard/ui/audit/audit-page";

export default AuditPage;

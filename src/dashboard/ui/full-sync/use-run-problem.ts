import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { useProviderText } from "../text";

/** Why a run waits or stopped. The words for a customer's reason would promise another try where there is none. */
export function useRunProblem(connection: ConnectionView): (code: string) => string {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  return (code) => (t.has(`fullSync.problem.${code}`) ? t(`fullSync.problem.${code}`) : text.reason(code));
}

import { useTranslations } from "use-intl";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import { useProviderText } from "../text";

/** Why something of a whole shop waits or stopped. The words for one customer's reason would promise another try. */
export function useProblem(connection: ConnectionView): (code: string) => string {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  return (code) => (t.has(`fullSync.problem.${code}`) ? t(`fullSync.problem.${code}`) : text.reason(code));
}

/** A page walks with the person's own rights, the background with the app's: the same code is another person's to mend. */
export function useStoppedProblem(connection: ConnectionView): (run: RunView, code: string) => string {
  const t = useTranslations();
  const problem = useProblem(connection);
  return (run, code) => (run.driver === "page" && t.has(`fullSync.stopped.${code}`) ? t(`fullSync.stopped.${code}`) : problem(code));
}

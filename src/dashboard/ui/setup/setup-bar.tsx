/** On the app's own pages, while the first run leads through them. */
import { Text } from "@saleor/macaw-ui";
import { useInfo } from "../shell/info";
import { useWords } from "../text";
import { Next } from "./question";
import { StepList } from "./step-list";
import { isFirstRun, type Step, setupOf } from "./steps";
import { useConnections } from "./use-setup";

/** @param connectionId of the page; another connection's page is no part of the first run. */
export const SetupBar = ({ step, connectionId = null }: { step: Extract<Step, "connect" | "target">; connectionId?: string | null }) => {
  const { setup: view, permissions } = useInfo();
  const { data } = useConnections();
  const t = useWords(data?.find(({ id }) => id === connectionId)?.provider ?? "");
  if (!data || view !== null || !permissions.manageApps || !isFirstRun(data)) return null;
  const setup = setupOf(data);
  if ((setup.connection?.id ?? null) !== connectionId) return null;
  // The provider is chosen by being here.
  const done = step === "connect" ? new Set<Step>(["provider"]) : setup.done;
  const title = setup.connection?.title ?? "";
  return (
    <div className="crm-setup-bar">
      <StepList setup={{ ...setup, done }} current={step} />
      <div className="crm-row">
        <Text size={3}>{setup.done.has(step) ? t("setup.chosenGoOn") : t(`setup.why.${step}`, { title })}</Text>
        {setup.done.has(step) ? <Next step="look" /> : null}
      </div>
    </div>
  );
};

/** What is left of the setup, on the overview until it is done. Hidden, it is one row, never gone. */
import { Button, Text } from "@saleor/macaw-ui";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Section } from "../parts/section";
import { useInfo } from "../shell/info";
import { StepList } from "./step-list";
import { STEPS, setupOf } from "./steps";
import { useContinueSetup, usePutSetup } from "./use-setup";

export const Checklist = ({ connections }: { connections: ConnectionView[] }) => {
  const t = useTranslations();
  const { setup: view, permissions } = useInfo();
  const put = usePutSetup();
  const { isBusy, resume } = useContinueSetup();
  const setup = setupOf(connections);
  if (setup.next === null) return null;
  const said = t("setup.far", { done: setup.done.size, total: STEPS.length, next: t(`setup.step.${setup.next}`) });
  if (view === "folded" || !permissions.manageApps) {
    return (
      <div className="crm-row">
        <Text size={3} color="default2">
          {t("setup.left")} {said}
        </Text>
        {permissions.manageApps ? (
          <BusyButton variant="tertiary" size="small" isBusy={isBusy} onClick={resume}>
            {t("setup.continue")}
          </BusyButton>
        ) : null}
      </div>
    );
  }
  return (
    <Section title={t("setup.left")} hint={said}>
      <StepList setup={setup} current={setup.next} />
      <div className="crm-row">
        <BusyButton variant="secondary" isBusy={isBusy} onClick={resume}>
          {t("setup.continue")}
        </BusyButton>
        <Button variant="tertiary" disabled={put.isPending} onClick={() => put.mutate({ view: "folded" })}>
          {t("setup.hide")}
        </Button>
      </div>
    </Section>
  );
};

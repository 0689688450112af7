import { Button } from "@saleor/macaw-ui";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { Callout } from "../parts/callout";
import { CopyButton } from "../parts/copy-button";
import { useClockTime } from "../parts/when";
import { statusOf } from "../shell/answers";
import { useProviderText } from "../text";
import type { SaveTrouble } from "./use-save";

interface SaveProblemProps {
  problem: SaveTrouble;
  connection: ConnectionView;
  /** What was typed, to be copied. */
  values: unknown;
  onReload(): void;
}

export const SaveProblem = ({ problem, connection, values, onReload }: SaveProblemProps) => {
  const t = useTranslations();
  const clock = useClockTime();
  const text = useProviderText(connection.provider, connection.title);
  if (problem.kind === "conflict") {
    return (
      <Callout
        tone="warning"
        title={problem.changedAt ? t("save.conflictAt", { time: clock(problem.changedAt) }) : t("save.conflict")}
        isNews
        actions={
          <>
            <Button variant="secondary" size="small" onClick={onReload}>
              {t("save.reload")}
            </Button>
            <CopyButton text={JSON.stringify(values, null, 2)} label={t("save.copyMine")} />
          </>
        }
      >
        {t("save.conflictText")}
      </Callout>
    );
  }
  if (problem.kind === "failed" && statusOf(problem.error) === 403) {
    return (
      <Callout tone="info" title={t("permission.lookOnly")} isNews>
        {t("permission.ask")}
      </Callout>
    );
  }
  return (
    <Callout tone="error" title={t("save.couldNot")} isNews>
      {problem.kind === "unavailable" ? text.reason(problem.reason) : t("settings.appDidNotAnswer")} {t("save.stillHere")}
    </Callout>
  );
};

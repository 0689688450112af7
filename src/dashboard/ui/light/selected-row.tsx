/** One provider of "Sync selected": chosen or not, how far it is, what it came to. */
import { useId } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { StandingView } from "@/dashboard/api/views";
import { useProviderText, useWords } from "../text";
import { OwnLink } from "./own-link";
import type { Progress } from "./use-sync-selected";

interface RowProps {
  standing: StandingView;
  isChosen: boolean;
  isFixed: boolean;
  progress: Progress | undefined;
  total: number;
  onChoose(isChosen: boolean): void;
}

export const SelectedRow = ({ standing, isChosen, isFixed, progress, total, onChoose }: RowProps) => {
  const id = useId();
  const { title } = standing;
  const line = useLine(standing, progress);
  return (
    <div className="crm-light-choice">
      <input
        type="checkbox"
        id={id}
        checked={isChosen}
        disabled={isFixed}
        aria-describedby={`${id}-line`}
        onChange={({ target }) => onChoose(target.checked)}
      />
      <label htmlFor={id}>{title}</label>
      {progress ? <progress aria-label={title} max={total} value={progress.rows.length} /> : null}
      <p id={`${id}-line`} className="crm-light-line">
        {line} {progress && needsALook(progress) ? <Look standing={standing} /> : null}
      </p>
    </div>
  );
};

const needsALook = ({ rows }: Progress) => rows.some(({ state }) => state === "refused" || state === "gave_up");

const Look = ({ standing: { connectionId, title } }: { standing: StandingView }) => {
  const t = useTranslations();
  return (
    <OwnLink path={`/c/${connectionId}/activity?state=refused`} label={t("standing.whyAt", { title })}>
      {t("standing.why")}
    </OwnLink>
  );
};

/** Before: how many are in sync already. Afterwards: how many came to what, together all that were sent. */
function useLine({ provider, title, sending, reason, rows }: StandingView, progress: Progress | undefined): string {
  const t = useTranslations();
  const words = useWords(provider);
  const text = useProviderText(provider, title);
  const format = useFormatter();
  if (progress) {
    const settled = progress.rows.filter(({ isPending }) => !isPending);
    const states = [...new Set(settled.map(({ state }) => state))];
    const counts = states.map((state) => t(`selected.came.${state}`, { count: settled.filter((row) => row.state === state).length }));
    const pending = progress.rows.length - settled.length;
    if (pending > 0) counts.push(t("selected.pending", { count: pending }));
    const problem = progress.problem === "failed" ? t("selected.failed") : progress.problem ? text.reason(progress.problem) : "";
    return `${format.list(counts)}${counts.length > 0 ? ". " : ""}${problem}`.trim();
  }
  if (sending === "setup") return words("situation.setup");
  if (sending === "stopped") return `${reason ? text.reason(reason) : ""} ${t("standing.stopped")}`.trim();
  return t("selected.now", { count: rows.filter(({ state }) => state === "in_sync").length });
}

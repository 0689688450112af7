/** The states as links with their numbers; together they are everybody. */
import { useTranslations } from "use-intl";
import type { Counts } from "@/dashboard/api/views";
import { AppLink } from "../shell/leave";
import { type ActivityFilter, activityPath, STATES } from "./use-filter";

const COUNT_OF = {
  waiting: "waiting",
  retrying: "retrying",
  refused: "refused",
  gave_up: "gaveUp",
  skipped: "skipped",
  in_sync: "inSync",
  gone: "gone",
} as const satisfies Record<(typeof STATES)[number], keyof Counts>;

export const Segments = ({ filter, counts }: { filter: ActivityFilter; counts: Counts }) => {
  const t = useTranslations();
  const all = Object.values(counts).reduce((sum, one) => sum + one, 0);
  // A state in which nobody is stands there only while it is looked at.
  const shown = STATES.filter((state) => counts[COUNT_OF[state]] > 0 || state === filter.state);
  return (
    <nav className="crm-segments" aria-label={t("activity.states")}>
      <AppLink href={activityPath(filter.connectionId, {})} current={filter.state === null} className="crm-segment">
        {t("activity.all", { count: all })}
      </AppLink>
      {shown.map((state) => (
        <AppLink key={state} href={activityPath(filter.connectionId, { state })} current={filter.state === state} className="crm-segment">
          {t("activity.segment", { state: t(`state.${state}`), count: counts[COUNT_OF[state]] })}
        </AppLink>
      ))}
    </nav>
  );
};

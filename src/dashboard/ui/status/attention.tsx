/** What goes on by itself but should be known: changes that are late, customers that nobody tries any more. */
import { Button } from "@saleor/macaw-ui";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { activityPath } from "../activity/use-filter";
import { Callout } from "../parts/callout";
import { useClockTime } from "../parts/when";
import { useGo } from "../shell/leave";

const LATE_MS = 3_600_000;

export const Attention = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const go = useGo();
  const clock = useClockTime();
  const { id, waitingSince, counts, title, live } = connection;
  if (live && waitingSince && Date.now() - Date.parse(waitingSince) > LATE_MS) {
    return (
      <Callout tone="warning" title={t("attention.lateTitle")}>
        {t("attention.late", { time: clock(waitingSince) })}
      </Callout>
    );
  }
  if (counts.gaveUp === 0) return null;
  return (
    <Callout
      tone="warning"
      title={t("attention.gaveUpTitle", { count: counts.gaveUp })}
      actions={
        <Button variant="secondary" size="small" onClick={() => go(activityPath(id, { state: "gave_up" }))}>
          {t("attention.show")}
        </Button>
      }
    >
      {t("attention.gaveUp", { title })}
    </Callout>
  );
};

/** "Why was this skipped?": one sentence, and where it can be changed. */
import { Button } from "@saleor/macaw-ui";
import { useTranslations } from "use-intl";
import type { ConnectionView, InspectView } from "@/dashboard/api/views";
import { Callout } from "../parts/callout";
import { useClockTime } from "../parts/when";
import { useInfo } from "../shell/info";
import { useGo } from "../shell/leave";
import { splitCode, useProviderText } from "../text";

/** What the merchant chose in Settings; the rest is mended in Saleor or at the provider, as the sentence says. */
const BY_SETTINGS = [
  "staff",
  "archived",
  "no_orders",
  "not_in_audience",
  "target_gone",
  "target_not_chosen",
  "inactive",
  "inactive_archived",
];

/** Gone from Saleor, and its contact is still to be erased. */
const isErasedSoon = ({ row }: Extract<InspectView, { kind: "record" }>): boolean =>
  row?.state === "gone" && (row.reason === "erase_waits" || row.reason === "erase_held");

export const WhyNot = ({ connection, seen }: { connection: ConnectionView; seen: Extract<InspectView, { kind: "record" }> }) => {
  const t = useTranslations();
  const go = useGo();
  const { permissions } = useInfo();
  const text = useProviderText(connection.provider, connection.title);
  const clock = useClockTime();
  const state = seen.row?.state;
  const reason =
    seen.skipped ?? (state === "skipped" || state === "refused" || state === "gave_up" || isErasedSoon(seen) ? seen.row?.reason : null);
  const left = [...new Set([...seen.problems, ...(seen.row?.warnings ?? [])])];
  if (!reason && left.length === 0) return null;
  const isChosen = reason && BY_SETTINGS.includes(splitCode(reason).base) && permissions.manageApps;
  return (
    <>
      {reason ? (
        <Callout
          tone={state === "refused" || state === "gave_up" ? "warning" : "info"}
          title={t(
            isErasedSoon(seen)
              ? "erase.soon"
              : state === "refused"
                ? "inspect.whyRefused"
                : state === "gave_up"
                  ? "inspect.whyGaveUp"
                  : "inspect.whySkipped",
          )}
          actions={
            isChosen ? (
              <Button variant="secondary" size="small" onClick={() => go(`/c/${connection.id}/settings`)}>
                {t("inspect.changeInSettings")}
              </Button>
            ) : null
          }
        >
          {text.reason(reason)}{" "}
          {reason === "erase_waits" && seen.row?.nextTryAt ? t("erase.at", { time: clock(seen.row.nextTryAt) }) : null}
        </Callout>
      ) : null}
      {left.map((code) => (
        <Callout key={code} tone="warning" title={text.reason(code)} />
      ))}
    </>
  );
};

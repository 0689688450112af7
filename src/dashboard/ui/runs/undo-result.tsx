import { Text } from "@saleor/macaw-ui";
import { useFormatter, useTranslations } from "use-intl";
import type { ConnectionView, UndoView } from "@/dashboard/api/views";
import { activityPath } from "../activity/use-filter";
import { Callout } from "../parts/callout";
import { Pill, type Tone } from "../parts/pill";
import { Progress } from "../parts/progress";
import { useClockTime } from "../parts/when";
import { AppLink } from "../shell/leave";
import { useProviderText } from "../text";

interface UndoStandProps {
  connection: ConnectionView;
  undo: UndoView;
}

const STOPPED: readonly ConnectionView["health"][] = ["reconnect", "target_gone", "unreadable", "provider_down"];

export const UndoProgress = ({ connection, undo }: UndoStandProps) => {
  const t = useTranslations();
  const done = undo.undone + undo.left + undo.failed;
  const isHeldUp = STOPPED.includes(connection.health);
  return (
    <>
      <Progress label={t("undo.progressLabel")} done={done} total={undo.isMarked ? undo.marked : null} />
      <Text as="p" size={3} role="status">
        {t(undo.isMarked ? "undo.progress" : "undo.counting", { done, total: undo.marked })} {t("undo.leave")}
      </Text>
      {isHeldUp ? <Callout tone="warning" title={t("undo.heldUp", { title: connection.title })} /> : null}
      <Ends connection={connection} undo={undo} />
    </>
  );
};

export const UndoResult = ({ connection, undo }: UndoStandProps) => {
  const t = useTranslations();
  const clock = useClockTime();
  const facts = { undone: undo.undone, left: undo.left, failed: undo.failed, time: clock(undo.finishedAt ?? undo.startedAt) };
  return (
    <>
      <Text as="p" size={3} role="status">
        {t(`undo.result.${undo.way}`, facts)} {t(undo.mine ? "undo.byYou" : "undo.byOther")}
      </Text>
      {undo.problem ? <Callout tone="warning" title={t("undo.targetChanged", { title: connection.title })} /> : null}
      <Ends connection={connection} undo={undo} />
    </>
  );
};

const TONES: Record<UndoView["ends"][number]["end"], Tone> = { undone: "ok", left: "neutral", failed: "bad" };

/** How many for which reason, each with the way to those customers. */
const Ends = ({ connection, undo }: UndoStandProps) => {
  const t = useTranslations();
  const format = useFormatter();
  const text = useProviderText(connection.provider, connection.title);
  if (undo.ends.length === 0) return null;
  return (
    <table className="crm-table">
      <caption className="crm-hidden">{t("undo.caption")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("undo.end")}</th>
          <th scope="col">{t("reasons.reason")}</th>
          <th scope="col" className="crm-number">
            {t("reasons.count")}
          </th>
        </tr>
      </thead>
      <tbody>
        {undo.ends.map(({ end, reason, count }) => (
          <tr key={`${end} ${reason}`}>
            <td>
              <Pill tone={TONES[end]}>{t(`undo.ended.${end}`)}</Pill>
            </td>
            <td>
              <AppLink href={activityPath(connection.id, { reason })}>{text.reason(reason)}</AppLink>
            </td>
            <td className="crm-number">{format.number(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

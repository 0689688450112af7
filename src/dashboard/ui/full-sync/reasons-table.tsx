import type { ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { ConnectionView, ReasonCount } from "@/dashboard/api/views";
import { Pill, type Tone } from "../parts/pill";
import { useProviderText } from "../text";

const TONES: Record<ReasonCount["state"], Tone> = { in_sync: "warn", skipped: "neutral", refused: "bad", gave_up: "bad", retrying: "warn" };

interface ReasonsTableProps<R extends ReasonCount> {
  connection: ConnectionView;
  reasons: R[];
  /** What can be done about this reason. */
  action?: (reason: R) => ReactNode;
}

export const ReasonsTable = <R extends ReasonCount>({ connection, reasons, action }: ReasonsTableProps<R>) => {
  const t = useTranslations();
  const format = useFormatter();
  const text = useProviderText(connection.provider, connection.title);
  return (
    <table className="crm-table">
      <caption className="crm-hidden">{t("reasons.caption")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("reasons.state")}</th>
          <th scope="col">{t("reasons.reason")}</th>
          <th scope="col" className="crm-number">
            {t("reasons.count")}
          </th>
          {action ? (
            <th scope="col">
              <span className="crm-hidden">{t("reasons.action")}</span>
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {reasons.map((one) => (
          <tr key={`${one.state} ${one.reason}`}>
            <td>
              <Pill tone={TONES[one.state]}>{t(`state.${one.state}`)}</Pill>
            </td>
            <td>{text.reason(one.reason)}</td>
            <td className="crm-number">{format.number(one.count)}</td>
            {action ? <td className="crm-end">{action(one)}</td> : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
};

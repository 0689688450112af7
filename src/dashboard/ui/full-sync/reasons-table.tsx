import { useFormatter, useTranslations } from "use-intl";
import type { ConnectionView, ReasonCount } from "@/dashboard/api/views";
import { Pill, type Tone } from "../parts/pill";
import { useProviderText } from "../text";

const TONES: Record<ReasonCount["state"], Tone> = { skipped: "neutral", refused: "bad", gave_up: "bad", retrying: "warn" };

export const ReasonsTable = ({ connection, reasons }: { connection: ConnectionView; reasons: ReasonCount[] }) => {
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
        </tr>
      </thead>
      <tbody>
        {reasons.map(({ state, reason, count }) => (
          <tr key={`${state} ${reason}`}>
            <td>
              <Pill tone={TONES[state]}>{t(`state.${state}`)}</Pill>
            </td>
            <td>{text.reason(reason)}</td>
            <td className="crm-number">{format.number(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

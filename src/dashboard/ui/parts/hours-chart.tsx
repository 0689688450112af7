/** What was sent in the last 24 hours, as bars; the sentence beside it says the same in numbers. */
import { Text } from "@saleor/macaw-ui";
import { useFormatter, useTranslations } from "use-intl";
import type { HourView } from "@/dashboard/api/views";

const HEIGHT = 32;
const STEP = 10;
const GAP = 2;
/** An hour in which something happened is seen, however small it is beside the busiest. */
const LEAST = 2;

export const HoursChart = ({ hours }: { hours: HourView[] }) => {
  const t = useTranslations();
  const format = useFormatter();
  const most = Math.max(1, ...hours.map(({ sent }) => sent));
  const total = hours.reduce((sum, { sent }) => sum + sent, 0);
  const said = t("hours.sent", { count: total });
  return (
    <div className="crm-hours">
      <Text size={2} color="default2">
        {t("hours.title")}
      </Text>
      <svg
        viewBox={`0 0 ${hours.length * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${t("hours.title")}: ${said}`}
      >
        {hours.map(({ at, sent, failed }, index) => {
          const height = sent === 0 ? 1 : Math.max(LEAST, Math.round((sent / most) * HEIGHT));
          return (
            <g key={at} className={sent === 0 ? "crm-hours-quiet" : undefined}>
              <title>{t("hours.one", { time: format.dateTime(new Date(at), { timeStyle: "short" }), sent, failed })}</title>
              <rect className="crm-hours-ground" x={index * STEP} y={0} width={STEP} height={HEIGHT} />
              <rect x={index * STEP} y={HEIGHT - height} width={STEP - GAP} height={height} />
            </g>
          );
        })}
      </svg>
      <Text size={2} className="crm-number">
        {said}
      </Text>
    </div>
  );
};

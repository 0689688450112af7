import { Text } from "@saleor/macaw-ui";
import { useFormatter, useTranslations } from "use-intl";
import type { Counts } from "@/dashboard/api/views";
import { activityPath } from "../activity/use-filter";
import { unsent } from "../health";
import { AppLink } from "../shell/leave";

export const Tiles = ({ connectionId, counts }: { connectionId: string; counts: Counts }) => {
  const t = useTranslations();
  const format = useFormatter();
  const tiles = [
    { label: t("tiles.inSync"), value: counts.inSync, state: "in_sync" },
    { label: t("tiles.waiting"), value: unsent(counts), state: "waiting" },
    { label: t("tiles.refused"), value: counts.refused, state: "refused" },
    { label: t("tiles.gaveUp"), value: counts.gaveUp, state: "gave_up" },
  ] as const;
  return (
    <dl className="crm-tiles" aria-label={t("tiles.label")}>
      {tiles.map(({ label, value, state }) => (
        <div key={label} className="crm-tile">
          <dt>
            <Text size={2} color="default2">
              <AppLink href={activityPath(connectionId, { state })}>{label}</AppLink>
            </Text>
          </dt>
          <dd>
            <Text size={8} fontWeight="medium" className="crm-number">
              {format.number(value)}
            </Text>
          </dd>
        </div>
      ))}
    </dl>
  );
};

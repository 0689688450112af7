import { Text } from "@saleor/macaw-ui";
import { useFormatter, useTranslations } from "use-intl";
import type { Counts } from "@/dashboard/api/views";
import { unsent } from "../health";

export const Tiles = ({ counts }: { counts: Counts }) => {
  const t = useTranslations();
  const format = useFormatter();
  const tiles = [
    { label: t("tiles.inSync"), value: counts.inSync },
    { label: t("tiles.waiting"), value: unsent(counts) },
    { label: t("tiles.refused"), value: counts.refused },
    { label: t("tiles.gaveUp"), value: counts.gaveUp },
  ];
  return (
    <dl className="crm-tiles" aria-label={t("tiles.label")}>
      {tiles.map(({ label, value }) => (
        <div key={label} className="crm-tile">
          <dt>
            <Text size={2} color="default2">
              {label}
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

/** How many customers are in sync, as a number whose parts add up to the whole. */
import { Text } from "@saleor/macaw-ui";
import { useFormatter, useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { totalOf } from "../health";
import { Progress } from "./progress";

export const InSync = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const format = useFormatter();
  const { counts } = connection;
  const total = totalOf(counts);
  // Until everybody was sent once, we know only of those who happened to change.
  if (connection.fullSyncedAt === null || connection.run?.state === "running") {
    return (
      <Text as="p" size={3} className="crm-number">
        {t("overview.inSyncOnly", { done: counts.inSync })}
      </Text>
    );
  }
  // Never rounded up: 100 % means everybody.
  const percent = total === 0 ? 0 : Math.floor((counts.inSync / total) * 1000) / 1000;
  return (
    <>
      <Text as="p" size={3} className="crm-number">
        {t("overview.inSync", {
          done: counts.inSync,
          total,
          percent: format.number(percent, { style: "percent", maximumFractionDigits: 1 }),
        })}
      </Text>
      <Progress label={t("overview.bar", { title: connection.title })} done={counts.inSync} total={total} />
    </>
  );
};

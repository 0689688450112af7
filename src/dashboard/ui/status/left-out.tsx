import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { ReasonsTable } from "../full-sync/reasons-table";
import { Failed } from "../parts/failed";
import { Section } from "../parts/section";
import { useTRPC } from "../shell/api";

/** Sent, but not with everything. What the latest full sync met stands with it. */
export const LeftOut = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const leftOut = useQuery(useTRPC().connections.leftOut.queryOptions({ id: connection.id }, { refetchInterval: 10_000 }));
  if (leftOut.isError) return <Failed title={t("failed.reasons")} error={leftOut.error} onRetry={() => leftOut.refetch()} />;
  if (!leftOut.data || leftOut.data.length === 0) return null;
  return (
    <Section title={t("leftOut.title")} hint={t("leftOut.hint", { title: connection.title })}>
      <ReasonsTable connection={connection} reasons={leftOut.data} />
    </Section>
  );
};

/** What became of each customer of one connection. */
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { ConnectionNav } from "../parts/connection-nav";
import { Failed } from "../parts/failed";
import { HealthPill } from "../parts/health-pill";
import { Page } from "../parts/page";
import { CardSkeleton, SlowNote } from "../parts/skeletons";
import { useTRPC } from "../shell/api";
import { HealthCallout } from "../status/health-callout";
import { ActivityList } from "./activity-list";
import { useActivityFilter } from "./use-filter";

/** Only where somebody looks closely. */
const Inspector = dynamic(() => import("./inspector").then(({ Inspector }) => Inspector), {
  ssr: false,
  loading: () => <CardSkeleton lines={5} />,
});

export const ActivityPage = () => {
  const t = useTranslations();
  const { connectionId: id, customer } = useActivityFilter();
  const query = useQuery(useTRPC().connections.get.queryOptions({ id }, { refetchInterval: 5_000 }));
  if (query.data) return <Activity connection={query.data} customer={customer} />;
  return (
    <Page title={t("nav.activity")} hasWayBack nav={<ConnectionNav id={id} current="activity" />} isBusy={!query.isError}>
      {query.isError ? (
        <Failed title={t("failed.connection")} error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <>
          <CardSkeleton lines={5} />
          <SlowNote who={t("common.thisApp")} />
        </>
      )}
    </Page>
  );
};

const Activity = ({ connection, customer }: { connection: ConnectionView; customer: string | null }) => (
  <Page
    title={connection.title}
    hasWayBack
    pill={<HealthPill connection={connection} />}
    nav={<ConnectionNav id={connection.id} current="activity" />}
    callout={<HealthCallout connection={connection} />}
  >
    {customer ? <Inspector connection={connection} customerId={customer} /> : <ActivityList connection={connection} />}
  </Page>
);

import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useRouter } from "next/router";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { useDrive } from "../full-sync/run-driver-provider";
import { ConnectionNav } from "../parts/connection-nav";
import { Failed } from "../parts/failed";
import { HealthPill } from "../parts/health-pill";
import { HoursChart } from "../parts/hours-chart";
import { Page } from "../parts/page";
import { CardSkeleton, SlowNote } from "../parts/skeletons";
import { useTRPC } from "../shell/api";
import { ConnectionDetails } from "./connection-details";
import { EraseWaits } from "./erase-waits";
import { HealthCallout } from "./health-callout";
import { LeftOut } from "./left-out";
import { Tiles } from "./tiles";
import { UnsentCard } from "./unsent";

/** Below the first sight of the page: fetched beside it, so that what is in sight does not wait for them. */
const FullSyncCard = dynamic(() => import("../full-sync/full-sync-card").then(({ FullSyncCard }) => FullSyncCard), {
  ssr: false,
  loading: () => <CardSkeleton lines={4} />,
});
const SyncOne = dynamic(() => import("./sync-one").then(({ SyncOne }) => SyncOne), {
  ssr: false,
  loading: () => <CardSkeleton lines={2} />,
});

export const StatusPage = () => {
  const t = useTranslations();
  const id = String(useRouter().query.connection);
  const isRunning = useDrive(id)?.run.state === "running";
  const query = useQuery(
    useTRPC().connections.get.queryOptions(
      { id },
      { refetchInterval: ({ state }) => (isRunning || state.data?.run?.state === "running" ? 2_000 : 5_000) },
    ),
  );
  if (query.data) return <Status connection={query.data} readAt={query.dataUpdatedAt} />;
  return (
    <Page title={t("nav.status")} hasWayBack nav={<ConnectionNav id={id} current="status" />} isBusy={!query.isError}>
      {query.isError ? (
        <Failed title={t("failed.connection")} error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <>
          <CardSkeleton lines={2} />
          <CardSkeleton lines={4} />
          <SlowNote who={t("common.thisApp")} />
        </>
      )}
    </Page>
  );
};

const Status = ({ connection, readAt }: { connection: ConnectionView; readAt: number }) => (
  <Page
    title={connection.title}
    hasWayBack
    pill={<HealthPill connection={connection} />}
    nav={<ConnectionNav id={connection.id} current="status" />}
    callout={<HealthCallout connection={connection} />}
  >
    <Tiles connectionId={connection.id} counts={connection.counts} />
    {connection.lastDeliveredAt ? <HoursChart hours={connection.hours} /> : null}
    <EraseWaits connection={connection} />
    <UnsentCard connection={connection} />
    <FullSyncCard connection={connection} readAt={readAt} />
    <LeftOut connection={connection} />
    <SyncOne connection={connection} />
    <ConnectionDetails connection={connection} />
  </Page>
);

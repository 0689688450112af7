/** Full syncs that were: what each did, how long it took, what it could not send. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useRouter } from "next/router";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { ConnectionNav } from "../parts/connection-nav";
import { Empty } from "../parts/empty";
import { Failed } from "../parts/failed";
import { HealthPill } from "../parts/health-pill";
import { Page } from "../parts/page";
import { CardSkeleton, SlowNote } from "../parts/skeletons";
import { useTRPC, useTRPCClient } from "../shell/api";
import { HealthCallout } from "../status/health-callout";
import { OneRun } from "./one-run";
import { RunsTable } from "./runs-table";

const AT_ONCE = 50;

export const RunsPage = () => {
  const t = useTranslations();
  const { query: address } = useRouter();
  const id = String(address.connection);
  const run = typeof address.run === "string" ? address.run : null;
  const query = useQuery(useTRPC().connections.get.queryOptions({ id }, { refetchInterval: 5_000 }));
  const connection = query.data;
  return (
    <Page
      title={connection?.title ?? t("nav.runs")}
      hasWayBack
      pill={connection ? <HealthPill connection={connection} /> : null}
      nav={<ConnectionNav id={id} current="runs" />}
      callout={connection ? <HealthCallout connection={connection} /> : null}
      isBusy={query.isPending}
    >
      {connection ? (
        <Runs connection={connection} runId={run} />
      ) : query.isError ? (
        <Failed title={t("failed.connection")} error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Waiting />
      )}
    </Page>
  );
};

const Waiting = () => {
  const t = useTranslations();
  return (
    <>
      <CardSkeleton lines={5} />
      <SlowNote who={t("common.thisApp")} />
    </>
  );
};

const Runs = ({ connection, runId }: { connection: ConnectionView; runId: string | null }) => {
  const t = useTranslations();
  const api = useTRPCClient();
  const query = useInfiniteQuery({
    queryKey: ["runs", connection.id],
    queryFn: ({ pageParam }) => api.runs.list.query({ connectionId: connection.id, before: pageParam, limit: AT_ONCE }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (last.length === AT_ONCE ? last.at(-1)?.startedAt : undefined),
    refetchInterval: 5_000,
  });
  if (query.isError && !query.data) return <Failed title={t("failed.runs")} error={query.error} onRetry={() => query.refetch()} />;
  if (!query.data) return <Waiting />;
  const all = query.data.pages.flat();
  const chosen = all.find(({ id }) => id === runId);
  if (chosen) return <OneRun connection={connection} run={chosen} />;
  if (all.length === 0)
    return <Empty icon={<History size={20} />} title={t("runs.emptyTitle")} text={t("runs.empty", { title: connection.title })} />;
  return (
    <>
      <RunsTable connection={connection} runs={all} />
      {query.hasNextPage ? (
        <div>
          <BusyButton variant="secondary" isBusy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            {t("runs.older")}
          </BusyButton>
        </div>
      ) : null}
    </>
  );
};

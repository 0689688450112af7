import { Button, Text } from "@saleor/macaw-ui";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ListChecks, SearchX } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ActivityPage, ConnectionView } from "@/dashboard/api/views";
import { Callout } from "../parts/callout";
import { Empty } from "../parts/empty";
import { Failed } from "../parts/failed";
import { CardSkeleton, SlowNote } from "../parts/skeletons";
import { useIdByEmail, useNames } from "../saleor/names";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { AppLink, useGo } from "../shell/leave";
import { ExportCsv } from "./export-csv";
import { FindByEmail } from "./find-by-email";
import { Pager } from "./pager";
import { ReasonFilter } from "./reason-filter";
import { RetryAll } from "./retry-all";
import { Segments } from "./segments";
import { type ActivityFilter, activityPath, useActivityFilter } from "./use-filter";

/** Fetched beside the rows that it shows. */
const RowsTable = dynamic(() => import("./rows-table").then(({ RowsTable }) => RowsTable), {
  ssr: false,
  loading: () => <CardSkeleton lines={5} />,
});

export const ActivityList = ({ connection }: { connection: ConnectionView }) => {
  const filter = useActivityFilter();
  const { permissions } = useInfo();
  const reasons = useQuery(useTRPC().activity.reasons.queryOptions({ id: connection.id }, { refetchInterval: 10_000 }));
  const [email, setEmail] = useState("");
  const count = countOf(connection, filter, reasons.data);
  return (
    <>
      <Segments filter={filter} counts={connection.counts} />
      <div className="crm-toolbar">
        {permissions.manageUsers ? <FindByEmail onFind={setEmail} /> : null}
        <ReasonFilter connection={connection} filter={filter} reasons={reasons.data ?? []} onChange={filter.show} />
        <div className="crm-row">
          <RetryAll connection={connection} filter={filter} count={filter.state === null ? count.unsent : count.shown} />
          <ExportCsv connection={connection} filter={filter} count={count.shown} />
        </div>
      </div>
      {email ? <Found connection={connection} email={email} /> : <Listed connection={connection} filter={filter} />}
    </>
  );
};

/** Kept numbers; nobody counts rows. */
function countOf(connection: ConnectionView, filter: ActivityFilter, reasons: { state: string; reason: string; count: number }[] = []) {
  const { counts } = connection;
  const byState = {
    waiting: counts.waiting,
    retrying: counts.retrying,
    refused: counts.refused,
    gave_up: counts.gaveUp,
    skipped: counts.skipped,
    in_sync: counts.inSync,
    gone: counts.gone,
  };
  const under = (states: readonly string[]) =>
    reasons.filter(({ state, reason }) => states.includes(state) && reason === filter.reason).reduce((sum, one) => sum + one.count, 0);
  const all = Object.keys(byState);
  const unsent = ["retrying", "refused", "gave_up"] as const;
  if (filter.reason) return { shown: under(filter.state ? [filter.state] : all), unsent: under(unsent) };
  const shown = filter.state ? byState[filter.state] : Object.values(byState).reduce((sum, one) => sum + one, 0);
  return { shown, unsent: unsent.reduce((sum, state) => sum + byState[state], 0) };
}

const Listed = ({ connection, filter }: { connection: ConnectionView; filter: ActivityFilter }) => {
  const t = useTranslations();
  const [limit, setLimit] = useState(100);
  const asked = { id: connection.id, state: filter.state, reason: filter.reason, after: filter.after, before: filter.before, limit };
  const query = useQuery(useTRPC().activity.page.queryOptions(asked, { refetchInterval: 5_000, placeholderData: keepPreviousData }));
  if (query.isError && !query.data) return <Failed title={t("failed.activity")} error={query.error} onRetry={() => query.refetch()} />;
  if (!query.data) {
    return (
      <div aria-busy>
        <CardSkeleton lines={5} />
        <SlowNote who={t("common.thisApp")} />
      </div>
    );
  }
  if (query.data.rows.length === 0) return <Nobody connection={connection} filter={filter} />;
  return (
    <>
      <Rows connection={connection} page={query.data} />
      <Pager filter={filter} page={query.data} limit={limit} onLimit={setLimit} />
    </>
  );
};

const Rows = ({ connection, page }: { connection: ConnectionView; page: ActivityPage }) => {
  const t = useTranslations();
  const names = useNames(page.rows.map(({ customerId }) => customerId));
  return (
    <>
      {names.problem === "no_permission" ? <Callout tone="info" title={t("activity.noNames")} /> : null}
      {names.problem === "failed" ? (
        <Callout
          tone="warning"
          title={t("activity.namesFailed")}
          actions={
            <Button variant="secondary" size="small" onClick={names.again}>
              {t("common.tryAgain")}
            </Button>
          }
        />
      ) : null}
      <RowsTable connection={connection} rows={page.rows} names={names} />
    </>
  );
};

const Nobody = ({ connection, filter }: { connection: ConnectionView; filter: ActivityFilter }) => {
  const t = useTranslations();
  const go = useGo();
  const isFiltered = filter.state !== null || filter.reason !== null;
  return isFiltered ? (
    <Empty
      icon={<SearchX size={20} />}
      title={t("activity.noneTitle")}
      text={t("activity.none")}
      action={
        <Button variant="secondary" onClick={() => go(activityPath(connection.id, {}))}>
          {t("activity.clear")}
        </Button>
      }
    />
  ) : (
    <Empty
      icon={<ListChecks size={20} />}
      title={t("activity.emptyTitle")}
      text={t("activity.empty", { title: connection.title })}
      action={
        <Button variant="secondary" onClick={() => go(`/c/${connection.id}`)}>
          {t("overview.startFullSync")}
        </Button>
      }
    />
  );
};

/** The customer behind an address: first Saleor is asked who that is, then we say what became of them here. */
const Found = ({ connection, email }: { connection: ConnectionView; email: string }) => {
  const t = useTranslations();
  const found = useIdByEmail(email);
  const rows = useQuery(
    useTRPC().activity.of.queryOptions(
      { id: connection.id, customerIds: found.data ? [found.data] : [] },
      { enabled: Boolean(found.data), refetchInterval: 2_000 },
    ),
  );
  if (found.isError) return <Callout tone="warning" title={t("activity.findFailed")} isNews />;
  if (rows.isError) return <Failed title={t("failed.activity")} error={rows.error} onRetry={() => rows.refetch()} />;
  const said =
    found.data === null ? t("activity.notInSaleor") : rows.data?.length === 0 ? t("activity.neverDue", { title: connection.title }) : null;
  return (
    <div role="status" className="crm-stack">
      {said ? (
        <Text as="p" size={3}>
          {said} {found.data ? <AppLink href={activityPath(connection.id, { customer: found.data })}>{t("activity.look")}</AppLink> : null}
        </Text>
      ) : rows.data ? (
        <Rows connection={connection} page={{ rows: rows.data, newer: null, older: null }} />
      ) : (
        <CardSkeleton lines={1} />
      )}
    </div>
  );
};

/** Who connected, changed and exported, and when. */
import { Text } from "@saleor/macaw-ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { useTranslations } from "use-intl";
import type { AuditView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Empty } from "../parts/empty";
import { Failed } from "../parts/failed";
import { OutLink } from "../parts/out-link";
import { Page } from "../parts/page";
import { CardSkeleton, SlowNote } from "../parts/skeletons";
import { When } from "../parts/when";
import { useTRPCClient } from "../shell/api";
import { useInfo } from "../shell/info";

const AT_ONCE = 100;

export const AuditPage = () => {
  const t = useTranslations();
  const api = useTRPCClient();
  const query = useInfiniteQuery({
    queryKey: ["audit"],
    queryFn: ({ pageParam }) => api.audit.list.query({ before: pageParam, limit: AT_ONCE }),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.length === AT_ONCE ? last.at(-1)?.id : undefined),
    retry: false,
  });
  const entries = query.data?.pages.flat();
  return (
    <Page title={t("audit.title")} hasWayBack isBusy={query.isPending}>
      {entries ? (
        entries.length > 0 ? (
          <Entries entries={entries} />
        ) : (
          <Empty icon={<ScrollText size={20} />} title={t("audit.emptyTitle")} text={t("audit.empty")} />
        )
      ) : query.isError ? (
        <Failed title={t("failed.audit")} error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <>
          <CardSkeleton lines={5} />
          <SlowNote who={t("common.thisApp")} />
        </>
      )}
      {query.hasNextPage ? (
        <div>
          <BusyButton variant="secondary" isBusy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            {t("runs.older")}
          </BusyButton>
        </div>
      ) : null}
    </Page>
  );
};

const Entries = ({ entries }: { entries: AuditView[] }) => {
  const t = useTranslations();
  return (
    <table className="crm-table">
      <caption className="crm-hidden">{t("audit.caption")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("activity.when")}</th>
          <th scope="col">{t("audit.what")}</th>
          <th scope="col">{t("runs.by")}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </tbody>
    </table>
  );
};

const Entry = ({ entry }: { entry: AuditView }) => {
  const t = useTranslations();
  const { providers } = useInfo();
  const { provider, changed, withNames } = entry.detail;
  const title = providers.find(({ id }) => id === provider)?.title ?? String(provider ?? "");
  return (
    <tr>
      <td>
        <When at={entry.at} />
      </td>
      <td>
        {t(`audit.did.${entry.action}`, { title })}
        {Array.isArray(changed) ? (
          <Text as="p" size={2} color="default2">
            {changed.join(", ")}
          </Text>
        ) : null}
        {withNames === true ? (
          <Text as="p" size={2} color="default2">
            {t("activity.csvWith")}
          </Text>
        ) : null}
      </td>
      <td>
        <Who entry={entry} />
      </td>
    </tr>
  );
};

/** We keep no names of staff: the Dashboard knows whose id it is. */
const Who = ({ entry }: { entry: AuditView }) => {
  const t = useTranslations();
  if (entry.mine) return <>{t("runs.you")}</>;
  if (!entry.staffUserId) return <>{t("audit.app")}</>;
  return <OutLink href={`/staff/${encodeURIComponent(entry.staffUserId)}`}>{t("runs.other")}</OutLink>;
};

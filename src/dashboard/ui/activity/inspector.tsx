/** One customer and one connection: what Saleor says, what we make of it, what the provider holds now. */
import { Button, Text } from "@saleor/macaw-ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronLeft, ExternalLink } from "lucide-react";
import { useTranslations } from "use-intl";
import type { ConnectionView, InspectView } from "@/dashboard/api/views";
import { EraseCard } from "../erasure/erase-card";
import { BusyButton } from "../parts/busy-button";
import { Callout } from "../parts/callout";
import { Failed } from "../parts/failed";
import { RecordState } from "../parts/record-state";
import { Section } from "../parts/section";
import { CardSkeleton, SlowNote } from "../parts/skeletons";
import { When } from "../parts/when";
import { useNames } from "../saleor/names";
import { useTRPC } from "../shell/api";
import { useDashboard } from "../shell/dashboard";
import { useInfo } from "../shell/info";
import { AppLink } from "../shell/leave";
import { SyncOneResult } from "../status/sync-one-result";
import { useProviderText } from "../text";
import { FieldsTable } from "./fields-table";
import { SaleorSays } from "./saleor-says";
import { activityPath } from "./use-filter";
import { WhyNot } from "./why-not";

type Seen = Extract<InspectView, { kind: "record" }>;

export const Inspector = ({ connection, customerId }: { connection: ConnectionView; customerId: string }) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  return (
    <>
      <p className="crm-flush">
        <AppLink href={activityPath(connection.id, {})}>
          <span className="crm-row">
            <ChevronLeft size={16} aria-hidden />
            {t("inspect.back")}
          </span>
        </AppLink>
      </p>
      {permissions.manageUsers ? (
        <Looked connection={connection} customerId={customerId} />
      ) : (
        <Callout tone="info" title={t("permission.manageUsers")}>
          {t("permission.whoGives")}
        </Callout>
      )}
    </>
  );
};

const Looked = ({ connection, customerId }: { connection: ConnectionView; customerId: string }) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  const query = useQuery(useTRPC().activity.inspect.queryOptions({ id: connection.id, customerId }, { staleTime: 0 }));
  if (query.data?.kind === "unavailable") {
    return (
      <Callout tone="warning" title={t("inspect.couldNot")}>
        {text.reason(query.data.reason)}
      </Callout>
    );
  }
  if (query.data) return <RecordCards connection={connection} seen={query.data} />;
  if (query.isError) return <Failed title={t("inspect.couldNot")} error={query.error} onRetry={() => query.refetch()} />;
  return (
    <div aria-busy>
      <CardSkeleton lines={5} />
      <SlowNote who={connection.title} />
    </div>
  );
};

const RecordCards = ({ connection, seen }: { connection: ConnectionView; seen: Seen }) => (
  <div className="crm-stack">
    <Head connection={connection} seen={seen} />
    <WhyNot connection={connection} seen={seen} />
    <FieldsTable connection={connection} seen={seen} />
    <SaleorSays seen={seen} />
    <Answers connection={connection} seen={seen} />
    <EraseCard customerId={seen.customerId} />
  </div>
);

const Head = ({ connection, seen }: { connection: ConnectionView; seen: Seen }) => {
  const t = useTranslations();
  const { openTab } = useDashboard();
  const name = useNames([seen.customerId]).of(seen.customerId);
  const sync = useSync(connection, seen.customerId);
  const url = seen.provider.kind === "held" ? seen.provider.url : null;
  return (
    <Section
      title={
        <span className="crm-row">
          {name?.name || name?.email || seen.customerId} {seen.row ? <RecordState state={seen.row.state} /> : null}
        </span>
      }
      hint={name?.name ? name.email : seen.customerId}
      end={
        <div className="crm-row">
          <BusyButton
            variant="primary"
            isBusy={sync.isPending}
            onClick={() => sync.mutate({ connectionId: connection.id, who: seen.customerId })}
          >
            {t("syncOne.now")}
          </BusyButton>
          <Outside label={t("inspect.openInSaleor")} onOpen={() => openTab(`/customers/${encodeURIComponent(seen.customerId)}`)} />
          {url ? <Outside label={t("inspect.openInProvider", { title: connection.title })} onOpen={() => openTab(url)} /> : null}
        </div>
      }
    >
      <Text as="p" size={3} color="default2">
        {seen.row ? t("inspect.sent", { count: seen.deliveries }) : t("activity.neverDue", { title: connection.title })}{" "}
        {seen.row?.deliveredAt ? <When at={seen.row.deliveredAt} /> : null}
      </Text>
      <div role="status" className="crm-said">
        {sync.isPending ? (
          <>
            <Text size={3}>{t("syncOne.sending")}</Text>
            <SlowNote who={connection.title} />
          </>
        ) : null}
        {sync.data && !sync.isPending ? <SyncOneResult result={sync.data} connection={connection} /> : null}
      </div>
      {sync.isError ? <Failed title={t("syncOne.couldNot")} error={sync.error} onRetry={() => sync.mutate(sync.variables)} /> : null}
    </Section>
  );
};

const Outside = ({ label, onOpen }: { label: string; onOpen(): void }) => {
  const t = useTranslations();
  return (
    <Button variant="secondary" icon={<ExternalLink size={16} aria-hidden />} onClick={onOpen}>
      {label}
      <span className="crm-hidden"> {t("common.newTab")}</span>
    </Button>
  );
};

function useSync(connection: ConnectionView, customerId: string) {
  const { customers, activity, connections } = useTRPC();
  const queryClient = useQueryClient();
  return useMutation(
    customers.syncNow.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(activity.inspect.queryFilter({ id: connection.id, customerId }));
        await queryClient.invalidateQueries(connections.get.queryFilter({ id: connection.id }));
      },
    }),
  );
}

const Answers = ({ connection, seen }: { connection: ConnectionView; seen: Seen }) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  if (seen.answers.length === 0) return null;
  return (
    <Section title={t("inspect.answers")}>
      <ol className="crm-answers">
        {seen.answers.map((answer) => (
          <li key={`${answer.at} ${answer.state}`}>
            <RecordState state={answer.state} />
            <span>
              {answer.change ? t(`syncOne.change.${answer.change}`, { title: connection.title }) : ""}{" "}
              {answer.reason ? text.reason(answer.reason) : ""}
            </span>
            <Text size={2} color="default2">
              <When at={answer.at} />
            </Text>
          </li>
        ))}
      </ol>
      {seen.row?.vendorText ? (
        <Text as="p" size={3} color="default2">
          {t("common.vendorSays", { title: connection.title })} <q>{seen.row.vendorText}</q>
        </Text>
      ) : null}
    </Section>
  );
};

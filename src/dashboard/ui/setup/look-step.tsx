/** Three real customers as they would arrive. Reads and compares; writes nothing anywhere. */
import { Text } from "@saleor/macaw-ui";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { ConnectionView, InspectView } from "@/dashboard/api/views";
import { WhyNot } from "../activity/why-not";
import { Callout } from "../parts/callout";
import { Failed } from "../parts/failed";
import { Rows } from "../parts/rows";
import { Section } from "../parts/section";
import { CardSkeleton, SlowNote } from "../parts/skeletons";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { useProviderText, useWords } from "../text";
import { Next, Question } from "./question";

export const LookStep = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const { title } = connection;
  return (
    <>
      <Question title={t("setup.ask.look")} why={t("setup.why.look", { title })}>
        {permissions.manageUsers ? null : (
          <Callout tone="info" title={t("permission.manageUsers")}>
            {t("permission.whoGives")}
          </Callout>
        )}
        <div>
          <Next step="live" />
        </div>
      </Question>
      {permissions.manageUsers ? <Examples connection={connection} /> : null}
    </>
  );
};

const Examples = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  const query = useQuery(useTRPC().setup.examples.queryOptions({ connectionId: connection.id }, { staleTime: 60_000 }));
  if (query.isError) return <Failed title={t("inspect.couldNot")} error={query.error} onRetry={() => query.refetch()} />;
  if (!query.data) return <Loading who="Saleor" />;
  if (query.data.kind === "unavailable") {
    return (
      <Callout tone="warning" title={t("inspect.couldNot")}>
        {text.reason(query.data.reason)}
      </Callout>
    );
  }
  if (query.data.customerIds.length === 0) return <Callout tone="info" title={t("setup.nobodyYet")} />;
  return (
    <div className="crm-cards">
      {query.data.customerIds.map((customerId) => (
        <Example key={customerId} connection={connection} customerId={customerId} />
      ))}
    </div>
  );
};

const Loading = ({ who }: { who: string }) => (
  <div aria-busy>
    <CardSkeleton lines={4} />
    <SlowNote who={who} />
  </div>
);

const Example = ({ connection, customerId }: { connection: ConnectionView; customerId: string }) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  const query = useQuery(useTRPC().activity.inspect.queryOptions({ id: connection.id, customerId }));
  if (query.isError) return <Failed title={t("inspect.couldNot")} error={query.error} onRetry={() => query.refetch()} />;
  if (!query.data) return <Loading who={connection.title} />;
  if (query.data.kind === "unavailable") {
    return (
      <Callout tone="warning" title={t("inspect.couldNot")}>
        {text.reason(query.data.reason)}
      </Callout>
    );
  }
  return <Record connection={connection} seen={query.data} />;
};

type Seen = Extract<InspectView, { kind: "record" }>;

const Record = ({ connection, seen }: { connection: ConnectionView; seen: Seen }) => {
  const t = useTranslations();
  const fact = (key: string) => (seen.saleor.kind === "found" ? (seen.saleor.facts.find((one) => one.key === key)?.value ?? "") : "");
  const name = `${fact("firstName")} ${fact("lastName")}`.trim() || fact("email") || seen.customerId;
  const sent = seen.fields.filter(({ ours }) => ours !== null);
  return (
    <Section title={name} hint={useBecomes(connection, seen)}>
      <WhyNot connection={connection} seen={seen} />
      {sent.length > 0 ? (
        <Rows
          rows={sent.map(({ field, ours }) => ({
            label: field === "email" || field === "tags" ? t(`inspect.field.${field}`) : field,
            value: ours || t("syncOne.empty"),
          }))}
        />
      ) : (
        <Text as="p" size={3} color="default2">
          {t("setup.nothingSent")}
        </Text>
      )}
    </Section>
  );
};

/** "Saleor → Mailchimp", in one sentence. */
function useBecomes({ provider, title }: ConnectionView, seen: Seen): string {
  const t = useWords(provider);
  const text = useProviderText(provider, title);
  if (seen.skipped !== null) return t("setup.skipped", { title });
  switch (seen.provider.kind) {
    case "none":
      return t("setup.becomesNew", { title });
    case "held": {
      const differing = seen.fields.filter(({ differs }) => differs).length;
      return differing > 0 ? t("inspect.differing", { count: differing, title }) : t("inspect.same", { title });
    }
    case "unavailable":
      return `${t("inspect.unread", { title })} ${text.reason(seen.provider.reason)}`;
  }
}

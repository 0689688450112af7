import { Text } from "@saleor/macaw-ui";
import { useTranslations } from "use-intl";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import { activityPath } from "../activity/use-filter";
import { needsFullSync, totalOf } from "../health";
import { HealthPill } from "../parts/health-pill";
import { HoursChart } from "../parts/hours-chart";
import { InSync } from "../parts/in-sync";
import { Progress } from "../parts/progress";
import { ProviderLogo } from "../parts/provider-logo";
import { Section } from "../parts/section";
import { When } from "../parts/when";
import { AppLink } from "../shell/leave";
import { useHealthText } from "../status/health-text";
import { useWords } from "../text";
import { NextStep } from "./next-step";

interface CardProps {
  connection: ConnectionView;
  mayManage: boolean;
}

export const ConnectionCard = ({ connection, mayManage }: CardProps) => (
  <Section
    title={<CardTitle connection={connection} />}
    hint={<CardHint connection={connection} />}
    end={<HealthPill connection={connection} />}
  >
    <Situation connection={connection} />
    {connection.run?.state === "running" ? <RunBar run={connection.run} /> : null}
    <Numbers connection={connection} />
    <div className="crm-row">
      <NextStep connection={connection} mayManage={mayManage} />
    </div>
  </Section>
);

const CardTitle = ({ connection }: { connection: ConnectionView }) => (
  <span className="crm-row">
    <ProviderLogo id={connection.provider} />
    <AppLink href={`/c/${connection.id}`}>{connection.title}</AppLink>
  </span>
);

const CardHint = ({ connection }: { connection: ConnectionView }) => {
  const t = useWords(connection.provider);
  const account = connection.account?.name ?? t("overview.accountUnknown");
  return connection.target ? t("overview.accountAndTarget", { account, target: connection.target.name }) : account;
};

const Situation = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const health = useHealthText(connection);
  const unsynced = needsFullSync(connection) ? t("situation.unsynced") : null;
  const said = health ? (health.tone === "warning" ? `${health.title}. ${health.text}` : health.text) : unsynced;
  return said ? (
    <Text as="p" size={3}>
      {said}
    </Text>
  ) : null;
};

const RunBar = ({ run }: { run: RunView }) => {
  const t = useTranslations();
  return <Progress label={t("fullSync.title")} done={run.done} total={run.total} />;
};

const Numbers = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  if (totalOf(connection.counts) === 0) {
    return (
      <Text as="p" size={3} color="default2">
        {t("overview.nothingSent")}
      </Text>
    );
  }
  return (
    <>
      <InSync connection={connection} />
      <Counts connection={connection} />
      <HoursChart hours={connection.hours} />
      {connection.lastDeliveredAt ? (
        <Text as="p" size={2} color="default2">
          {t("overview.lastSent")} <When at={connection.lastDeliveredAt} />
        </Text>
      ) : null}
    </>
  );
};

/** Everybody who is not in sync, by why; together with those who are, it is the whole. */
const Counts = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const { waiting, retrying, skipped, refused, gaveUp } = connection.counts;
  const parts = (
    [
      { key: "waiting", state: "waiting", count: waiting },
      { key: "retrying", state: "retrying", count: retrying },
      { key: "skipped", state: "skipped", count: skipped },
      { key: "refused", state: "refused", count: refused },
      { key: "gaveUp", state: "gave_up", count: gaveUp },
    ] as const
  ).filter(({ key, count }) => count > 0 || key === "waiting");
  return (
    <ul className="crm-counts crm-number" aria-label={t("tiles.label")}>
      {parts.map(({ key, state, count }) => (
        <li key={key}>
          <AppLink href={activityPath(connection.id, { state })}>{t(`overview.count.${key}`, { count })}</AppLink>
        </li>
      ))}
    </ul>
  );
};

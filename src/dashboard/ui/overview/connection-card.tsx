import { Button, Text } from "@saleor/macaw-ui";
import { useFormatter, useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { needsFullSync, totalOf, useHealthPill } from "../health";
import { HealthPill } from "../parts/health-pill";
import { Progress } from "../parts/progress";
import { ProviderLogo } from "../parts/provider-logo";
import { Section } from "../parts/section";
import { When } from "../parts/when";
import { AppLink, useGo } from "../shell/leave";
import { useHealthText } from "../status/health-text";
import { useWords } from "../text";
import { TurnOnLive } from "./turn-on-live";

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
  const said = useHealthText(connection)?.text ?? (needsFullSync(connection) ? t("situation.unsynced") : null);
  return said ? (
    <Text as="p" size={3}>
      {said}
    </Text>
  ) : null;
};

const Numbers = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const format = useFormatter();
  const { counts, run } = connection;
  const total = totalOf(counts);
  const isRunning = run?.state === "running";
  // Until everybody was sent once, we know only of those who happened to change.
  const isWhole = connection.fullSyncedAt !== null && !isRunning;
  const known = isRunning ? { done: run.done, total: run.total } : { done: counts.inSync, total };
  if (total === 0 && !isRunning) {
    return (
      <Text as="p" size={3} color="default2">
        {t("overview.nothingSent")}
      </Text>
    );
  }
  // Never rounded up: 100 % means everybody.
  const percent = total === 0 ? 0 : Math.floor((counts.inSync / total) * 1000) / 1000;
  return (
    <>
      <Text as="p" size={3} className="crm-number">
        {isWhole
          ? t("overview.inSync", {
              done: counts.inSync,
              total,
              percent: format.number(percent, { style: "percent", maximumFractionDigits: 1 }),
            })
          : t("overview.inSyncOnly", { done: counts.inSync })}
      </Text>
      {isWhole || isRunning ? (
        <Progress label={t("overview.bar", { title: connection.title })} done={known.done} total={known.total} />
      ) : null}
      <Text as="p" size={3} color="default2" className="crm-number">
        {t("overview.counts", {
          waiting: counts.waiting,
          retrying: counts.retrying,
          skipped: counts.skipped,
          refused: counts.refused,
          gaveUp: counts.gaveUp,
        })}
      </Text>
      {connection.lastDeliveredAt ? (
        <Text as="p" size={2} color="default2">
          {t("overview.lastSent")} <When at={connection.lastDeliveredAt} />
        </Text>
      ) : null}
    </>
  );
};

const NextStep = ({ connection, mayManage }: CardProps) => {
  const t = useTranslations();
  const go = useGo();
  const { word } = useHealthPill(connection);
  const { id, provider, health, title, counts } = connection;
  const open = (
    <Button variant="secondary" onClick={() => go(`/c/${id}`)} aria-label={t("overview.openTitle", { title })}>
      {t("overview.open")}
    </Button>
  );
  if (!mayManage) return open;
  if (health === "reconnect" || health === "unreadable") {
    return (
      <Button variant="primary" onClick={() => go(`/connect/${provider}`)}>
        {t("overview.reconnect")}
      </Button>
    );
  }
  if (health === "target_gone") {
    return (
      <Button variant="primary" onClick={() => go(`/c/${id}/settings`)}>
        {word}
      </Button>
    );
  }
  if (health === "setup") {
    return (
      <Button variant="secondary" onClick={() => go(`/c/${id}/settings`)}>
        {t("overview.continueSetup")}
      </Button>
    );
  }
  if (health === "paused") {
    return (
      <>
        <TurnOnLive connection={connection} />
        {open}
      </>
    );
  }
  if (needsFullSync(connection)) {
    return (
      <>
        <Button variant="secondary" onClick={() => go(`/c/${id}`)}>
          {t("fullSync.start")}
        </Button>
        {open}
      </>
    );
  }
  return counts.refused > 0 ? (
    <Button variant="secondary" onClick={() => go(`/c/${id}`)}>
      {t("overview.lookAtRefused", { count: counts.refused })}
    </Button>
  ) : (
    open
  );
};

/** What one step asks. */
import { Button, Text } from "@saleor/macaw-ui";
import dynamic from "next/dynamic";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { AddProvider } from "../overview/add-provider";
import { TurnOnLive } from "../overview/turn-on-live";
import { CardSkeleton } from "../parts/skeletons";
import { useInfo } from "../shell/info";
import { useGo } from "../shell/leave";
import { useWords } from "../text";
import { LookStep } from "./look-step";
import { Next, Question } from "./question";
import type { Setup, Step } from "./steps";

/** Its walk and its table are wanted at the last step alone. */
const FullSyncCard = dynamic(() => import("../full-sync/full-sync-card").then(({ FullSyncCard }) => FullSyncCard), {
  ssr: false,
  loading: () => <CardSkeleton lines={4} />,
});

interface StepBodyProps {
  step: Step | null;
  setup: Setup;
  readAt: number;
}

export const StepBody = ({ step, setup: { connection }, readAt }: StepBodyProps) => {
  const t = useTranslations();
  const { providers, permissions } = useInfo();
  if (step === null) return <Finished />;
  if (connection === null || step === "provider" || step === "connect") {
    return (
      <AddProvider
        providers={providers}
        isFirst
        mayManage={permissions.manageApps}
        title={t("setup.ask.provider")}
        hint={t("setup.why.provider")}
      />
    );
  }
  switch (step) {
    case "target":
      return <TargetStep connection={connection} />;
    case "look":
      return <LookStep connection={connection} />;
    case "live":
      return <LiveStep connection={connection} />;
    case "full_sync":
      return <FullSyncStep connection={connection} readAt={readAt} />;
  }
};

const TargetStep = ({ connection }: { connection: ConnectionView }) => {
  const t = useWords(connection.provider);
  const go = useGo();
  const { title, target } = connection;
  return (
    <Question title={t("setup.ask.target", { title })} why={t("setup.why.target", { title })}>
      {target ? <Text size={3}>{t("setup.chosen", { target: target.name })}</Text> : null}
      <div className="crm-row">
        <Button variant={target ? "secondary" : "primary"} onClick={() => go(`/c/${connection.id}/settings`)}>
          {t("setup.choose")}
        </Button>
        {target ? <Next step="look" /> : null}
      </div>
    </Question>
  );
};

const LiveStep = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const { title, live } = connection;
  return (
    <Question title={t("setup.ask.live", { title })} why={t("setup.why.live")}>
      <Text as="p" size={3}>
        {live ? t("setup.isLive", { title }) : t("setup.fromNowOn", { title })}
      </Text>
      <div className="crm-row">
        {live || !permissions.manageApps ? null : <TurnOnLive connection={connection} isPrimary />}
        {live ? <Next step="full_sync" /> : null}
      </div>
    </Question>
  );
};

const FullSyncStep = ({ connection, readAt }: { connection: ConnectionView; readAt: number }) => {
  const t = useTranslations();
  const go = useGo();
  return (
    <>
      <Text as="p" size={3} className="crm-prose">
        {t("setup.why.full_sync")}
      </Text>
      <FullSyncCard connection={connection} readAt={readAt} />
      <div className="crm-row">
        <Button variant="secondary" onClick={() => go("/")}>
          {connection.fullSyncedAt ? t("setup.toOverview") : t("setup.skip")}
        </Button>
      </div>
    </>
  );
};

const Finished = () => {
  const t = useTranslations();
  const go = useGo();
  return (
    <Question title={t("setup.finished")} why={t("setup.finishedText")}>
      <div>
        <Button variant="primary" onClick={() => go("/")}>
          {t("setup.toOverview")}
        </Button>
      </div>
    </Question>
  );
};

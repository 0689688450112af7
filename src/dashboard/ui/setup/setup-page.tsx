/** The first run: one question a page, each with its why. The pages that answer them are the app's own. */
import { Button } from "@saleor/macaw-ui";
import { useRouter } from "next/router";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Callout } from "../parts/callout";
import { Failed } from "../parts/failed";
import { Page } from "../parts/page";
import { CardSkeleton, SlowNote } from "../parts/skeletons";
import { useInfo } from "../shell/info";
import { useGo } from "../shell/leave";
import { StepBody } from "./step-body";
import { StepList } from "./step-list";
import { setupOf, stepIn } from "./steps";
import { useConnections, usePutSetup } from "./use-setup";

export const SetupPage = () => {
  const t = useTranslations();
  const query = useConnections();
  return (
    <Page title={t("setup.title")} isBusy={query.isPending} actions={<Leave />} callout={<WhoMay />}>
      {query.data ? (
        <Steps connections={query.data} readAt={query.dataUpdatedAt} />
      ) : query.isError ? (
        <Failed title={t("failed.connections")} error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <>
          <CardSkeleton lines={4} />
          <SlowNote who={t("common.thisApp")} />
        </>
      )}
    </Page>
  );
};

const Steps = ({ connections, readAt }: { connections: ConnectionView[]; readAt: number }) => {
  const { query } = useRouter();
  const setup = setupOf(connections);
  const current = stepIn(query.step, setup);
  return (
    <>
      <StepList setup={setup} current={current} />
      <StepBody step={current} setup={setup} readAt={readAt} />
    </>
  );
};

const Leave = () => {
  const t = useTranslations();
  const go = useGo();
  const { permissions } = useInfo();
  const put = usePutSetup(() => go("/"));
  return permissions.manageApps ? (
    <BusyButton variant="secondary" isBusy={put.isPending} onClick={() => put.mutate({ view: "left" })}>
      {t("setup.leave")}
    </BusyButton>
  ) : (
    <Button variant="secondary" onClick={() => go("/")}>
      {t("nav.overview")}
    </Button>
  );
};

const WhoMay = () => {
  const t = useTranslations();
  const { permissions } = useInfo();
  return permissions.manageApps ? null : <Callout tone="info" title={t("setup.someoneElse")} />;
};

import { Text } from "@saleor/macaw-ui";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { Callout } from "../parts/callout";
import { Failed } from "../parts/failed";
import { Page } from "../parts/page";
import { CardSkeleton, SlowNote } from "../parts/skeletons";
import { Checklist } from "../setup/checklist";
import { useOpensByItself } from "../setup/opens-by-itself";
import { useConnections } from "../setup/use-setup";
import { useInfo } from "../shell/info";
import { LanguageChoice } from "../shell/language-choice";
import { AppLink } from "../shell/leave";
import { AddProvider } from "./add-provider";
import { ConnectionCard } from "./connection-card";

export const OverviewPage = () => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const query = useConnections();
  const makesWay = useOpensByItself(query.data);
  return (
    <Page title={t("overview.title")} isBusy={query.isPending || makesWay} callout={<LookOnly />} actions={<Menu />}>
      {query.data && !makesWay ? (
        <Connections connections={query.data} mayManage={permissions.manageApps} />
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

const Connections = ({ connections, mayManage }: { connections: ConnectionView[]; mayManage: boolean }) => {
  const t = useTranslations();
  const { providers } = useInfo();
  const free = providers.filter((provider) => !connections.some((connection) => connection.provider === provider.id));
  return (
    <>
      <Checklist connections={connections} />
      {connections.length === 0 ? (
        <Text as="p" size={3} className="crm-prose">
          {t("overview.intro")}
        </Text>
      ) : (
        <div className="crm-cards">
          {connections.map((connection) => (
            <ConnectionCard key={connection.id} connection={connection} mayManage={mayManage} />
          ))}
        </div>
      )}
      {free.length > 0 ? <AddProvider providers={free} isFirst={connections.length === 0} mayManage={mayManage} /> : null}
    </>
  );
};

const Menu = () => {
  const t = useTranslations();
  const { permissions } = useInfo();
  return (
    <>
      {permissions.manageApps ? (
        <AppLink href="/audit" className="crm-link-line">
          {t("audit.title")}
        </AppLink>
      ) : null}
      <LanguageChoice />
    </>
  );
};

const LookOnly = () => {
  const t = useTranslations();
  const { permissions } = useInfo();
  return permissions.manageApps ? null : (
    <Callout tone="info" title={t("permission.lookOnly")}>
      {t("permission.ask")}
    </Callout>
  );
};

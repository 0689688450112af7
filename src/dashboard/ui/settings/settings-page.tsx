import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/router";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { Callout } from "../parts/callout";
import { ConnectionNav } from "../parts/connection-nav";
import { Failed } from "../parts/failed";
import { HealthPill } from "../parts/health-pill";
import { Page } from "../parts/page";
import { CardSkeleton, SlowNote } from "../parts/skeletons";
import { SetupBar } from "../setup/setup-bar";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { SettingsForm } from "./settings-form";

export const SettingsPage = () => {
  const t = useTranslations();
  const id = String(useRouter().query.connection);
  const { connections } = useTRPC();
  const connection = useQuery(connections.get.queryOptions({ id }, { refetchInterval: 10_000 }));
  const settings = useQuery(
    connections.settings.queryOptions({ id }, { refetchOnWindowFocus: false, staleTime: Number.POSITIVE_INFINITY }),
  );
  // A reload after somebody else saved must begin from what they saved, not from what is in the fields.
  const [edition, setEdition] = useState(0);
  const reload = async () => {
    await settings.refetch();
    setEdition((before) => before + 1);
  };
  const failed = connection.error ?? settings.error;
  if (connection.data && settings.data) {
    return (
      <SettingsForm
        key={`${id}-${edition}`}
        connection={connection.data}
        settings={settings.data}
        frame={(footer, children) => (
          <Frame connection={connection.data} footer={footer}>
            {children}
          </Frame>
        )}
        onReload={reload}
      />
    );
  }
  return (
    <Page
      title={connection.data?.title ?? t("nav.settings")}
      hasWayBack
      nav={<ConnectionNav id={id} current="settings" />}
      isBusy={!failed}
    >
      {failed ? (
        <Failed title={t("failed.settings")} error={failed} onRetry={() => Promise.all([connection.refetch(), settings.refetch()])} />
      ) : (
        <>
          <CardSkeleton lines={2} />
          <CardSkeleton lines={5} />
          <SlowNote who={t("common.thisApp")} />
        </>
      )}
    </Page>
  );
};

const Frame = ({ connection, footer, children }: { connection: ConnectionView; footer: React.ReactNode; children: React.ReactNode }) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  return (
    <Page
      title={connection.title}
      hasWayBack
      pill={<HealthPill connection={connection} />}
      nav={<ConnectionNav id={connection.id} current="settings" />}
      footer={footer}
      callout={
        permissions.manageApps ? null : (
          <Callout tone="info" title={t("permission.lookOnly")}>
            {t("permission.ask")}
          </Callout>
        )
      }
    >
      <SetupBar step="target" connectionId={connection.id} />
      {children}
    </Page>
  );
};

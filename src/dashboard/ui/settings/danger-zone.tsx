import { Button, Text } from "@saleor/macaw-ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Unplug } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { unsent } from "../health";
import { Confirm } from "../parts/confirm";
import { OutLink } from "../parts/out-link";
import { Section } from "../parts/section";
import { useTRPC } from "../shell/api";
import { useDashboard } from "../shell/dashboard";
import { useProvider } from "../shell/info";
import { useGo, useLeaveGuard } from "../shell/leave";

export const DangerZone = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const { title } = connection;
  const [asks, setAsks] = useState(false);
  const disconnect = useDisconnect(connection);
  return (
    <Section title={t("disconnect.zone")}>
      <div className="crm-row" style={{ justifyContent: "space-between" }}>
        <div>
          <Text as="h3" size={4} fontWeight="medium">
            {t("disconnect.name", { title })}
          </Text>
          <Text as="p" size={3} color="default2">
            {t("disconnect.short", { title })}
          </Text>
        </div>
        <Button variant="secondary" icon={<Unplug size={16} aria-hidden />} onClick={() => setAsks(true)}>
          {t("disconnect.open")}
        </Button>
      </div>
      <Confirm
        open={asks}
        danger
        busy={disconnect.isPending}
        title={t("disconnect.title", { title })}
        body={<DisconnectBody connection={connection} />}
        back={t("common.back")}
        verb={t("disconnect.name", { title })}
        onBack={() => setAsks(false)}
        onConfirm={() => disconnect.mutate({ id: connection.id }, { onSettled: () => setAsks(false) })}
      />
    </Section>
  );
};

const DisconnectBody = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const { title, provider } = connection;
  const revokeUrl = useProvider(provider)?.revokeUrl;
  return (
    <>
      <Text as="p" size={3}>
        {t("disconnect.body", { title, count: unsent(connection.counts) })}
      </Text>
      {revokeUrl ? (
        <Text as="p" size={3}>
          {t("disconnect.revoke")} <OutLink href={revokeUrl}>{t("disconnect.revokeLink", { title })}</OutLink>
        </Text>
      ) : null}
    </>
  );
};

function useDisconnect({ title }: ConnectionView) {
  const t = useTranslations();
  const go = useGo();
  const guard = useLeaveGuard();
  const { said, failed } = useDashboard();
  const queryClient = useQueryClient();
  const { connections } = useTRPC();
  return useMutation(
    connections.disconnect.mutationOptions({
      onSuccess: async ({ stillTells }) => {
        await queryClient.invalidateQueries(connections.list.queryFilter());
        said(t("disconnect.done", { title }), stillTells ? t("disconnect.stillTells", { title }) : undefined);
        guard(null);
        go("/");
      },
      onError: () => failed(t("disconnect.couldNot", { title }), t("disconnect.asBefore")),
    }),
  );
}

/** After a save: contacts that stand already get what the new rules make of them, if a person wants it. */
import { Button } from "@saleor/macaw-ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Callout } from "../parts/callout";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";

export const Resend = ({ connection, onLater }: { connection: ConnectionView; onLater(): void }) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const { mapping, connections } = useTRPC();
  const queryClient = useQueryClient();
  const resend = useMutation(
    mapping.resend.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(connections.get.queryFilter({ id: connection.id })),
    }),
  );
  const count = connection.counts.inSync + connection.counts.refused;
  if (resend.data) return <Callout tone="info" title={t("mapping.resending", { count: resend.data.marked })} isNews />;
  if (count === 0 || !permissions.manageUsers) return null;
  return (
    <Callout
      tone="info"
      title={t("mapping.mayChange", { count })}
      isNews
      actions={
        <>
          <BusyButton variant="secondary" size="small" isBusy={resend.isPending} onClick={() => resend.mutate({ id: connection.id })}>
            {t("mapping.resend")}
          </BusyButton>
          <Button variant="tertiary" size="small" onClick={onLater}>
            {t("mapping.later")}
          </Button>
        </>
      }
    >
      {resend.isError ? t("settings.appDidNotAnswer") : t("mapping.mayChangeText")}
    </Callout>
  );
};

/** Contacts that the deletion policy is going to erase: in sight before it happens, and held back where they are many. */
import { Button } from "@saleor/macaw-ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { activityPath } from "../activity/use-filter";
import { Callout } from "../parts/callout";
import { Confirm } from "../parts/confirm";
import { useTRPC } from "../shell/api";
import { useDashboard } from "../shell/dashboard";
import { useInfo } from "../shell/info";
import { useGo } from "../shell/leave";

export const EraseWaits = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const go = useGo();
  const { permissions } = useInfo();
  const { id, title, erasures } = connection;
  const [asks, setAsks] = useState(false);
  const confirm = useConfirm(connection);
  const show = (reason: string) => (
    <Button variant="secondary" size="small" onClick={() => go(activityPath(id, { state: "gone", reason }))}>
      {t("attention.show")}
    </Button>
  );
  if (erasures.held === 0 && erasures.waiting === 0) return null;
  if (erasures.held === 0)
    return (
      <Callout tone="info" title={t("erase.waitsTitle", { count: erasures.waiting })} actions={show("erase_waits")}>
        {t("erase.waits", { title })}
      </Callout>
    );
  return (
    <>
      <Callout
        tone="warning"
        title={t("erase.heldTitle", { count: erasures.held })}
        actions={
          <>
            {permissions.manageApps && permissions.manageUsers ? (
              <Button variant="secondary" size="small" onClick={() => setAsks(true)}>
                {t("erase.heldOpen")}
              </Button>
            ) : null}
            {show("erase_held")}
          </>
        }
      >
        {t("erase.held", { title })}
      </Callout>
      <Confirm
        open={asks}
        danger
        busy={confirm.isPending}
        title={t("erase.heldQuestion", { count: erasures.held })}
        body={t("erase.heldBody", { title })}
        back={t("common.back")}
        verb={t("erase.heldVerb", { count: erasures.held })}
        onBack={() => setAsks(false)}
        onConfirm={() => confirm.mutate({ id }, { onSettled: () => setAsks(false) })}
      />
    </>
  );
};

function useConfirm({ id }: ConnectionView) {
  const t = useTranslations();
  const { erasure, connections } = useTRPC();
  const queryClient = useQueryClient();
  const { failed } = useDashboard();
  return useMutation(
    erasure.confirmWaiting.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(connections.get.queryFilter({ id })),
      onError: () => failed(t("erase.couldNot"), t("fullSync.nothingLost")),
    }),
  );
}

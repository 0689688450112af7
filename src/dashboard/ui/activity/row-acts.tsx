/** What can be done about one customer, on its row. */
import { Button } from "@saleor/macaw-ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ExternalLink, RotateCw } from "lucide-react";
import { useTranslations } from "use-intl";
import type { ActivityRowView, ConnectionView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import type { CustomerName } from "../saleor/names";
import { useTRPC } from "../shell/api";
import { useDashboard } from "../shell/dashboard";
import { useInfo } from "../shell/info";

interface RowActsProps {
  connection: ConnectionView;
  row: ActivityRowView;
  name: CustomerName | null;
}

export const RowActs = ({ connection, row, name }: RowActsProps) => {
  const t = useTranslations();
  const { openTab } = useDashboard();
  const { permissions } = useInfo();
  const who = name?.name || name?.email || row.customerId;
  const retry = useRetryOne(connection);
  if (!permissions.manageUsers) return null;
  return (
    <div className="crm-row crm-row-acts">
      {row.state === "gone" ? null : (
        <BusyButton
          variant="tertiary"
          size="small"
          icon={<RotateCw size={16} aria-hidden />}
          isBusy={retry.isPending}
          aria-label={t("activity.syncWho", { who })}
          onClick={() => retry.mutate({ id: connection.id, customerId: row.customerId })}
        />
      )}
      <Button
        variant="tertiary"
        size="small"
        icon={<ExternalLink size={16} aria-hidden />}
        aria-label={t("activity.openInSaleor", { who })}
        onClick={() => openTab(`/customers/${encodeURIComponent(row.customerId)}`)}
      />
    </div>
  );
};

function useRetryOne(connection: ConnectionView) {
  const t = useTranslations();
  const { activity, connections } = useTRPC();
  const queryClient = useQueryClient();
  const { failed } = useDashboard();
  return useMutation(
    activity.retryOne.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(activity.pathFilter());
        await queryClient.invalidateQueries(connections.get.queryFilter({ id: connection.id }));
      },
      onError: () => failed(t("syncOne.couldNot"), t("fullSync.nothingLost")),
    }),
  );
}

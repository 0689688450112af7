/** "Try again" for everybody under the filter. From a hundred on it asks first. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Confirm } from "../parts/confirm";
import { useTRPC } from "../shell/api";
import { useDashboard } from "../shell/dashboard";
import { useInfo } from "../shell/info";
import type { ActivityFilter } from "./use-filter";

const ASKS_FROM = 100;

interface RetryAllProps {
  connection: ConnectionView;
  filter: ActivityFilter;
  /** How many stand under the filter. */
  count: number;
}

export const RetryAll = ({ connection, filter, count }: RetryAllProps) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const [isAsked, setAsked] = useState(false);
  const retry = useRetry(connection);
  const isRetriable = filter.state === null || ["retrying", "refused", "gave_up", "skipped"].includes(filter.state);
  if (!permissions.manageApps || !permissions.manageUsers || count === 0 || !isRetriable) return null;
  const go = () => {
    setAsked(false);
    retry.mutate({ id: connection.id, state: filter.state, reason: filter.reason });
  };
  return (
    <>
      <BusyButton
        variant="secondary"
        size="small"
        icon={<RotateCw size={16} aria-hidden />}
        isBusy={retry.isPending}
        onClick={() => (count >= ASKS_FROM ? setAsked(true) : go())}
      >
        {t("fullSync.retry", { count })}
      </BusyButton>
      <Confirm
        open={isAsked}
        title={t("activity.retryTitle", { count })}
        body={t("activity.retryBody", { title: connection.title })}
        back={t("common.back")}
        verb={t("activity.retryVerb", { count })}
        onBack={() => setAsked(false)}
        onConfirm={go}
      />
    </>
  );
};

function useRetry(connection: ConnectionView) {
  const t = useTranslations();
  const { activity, connections } = useTRPC();
  const queryClient = useQueryClient();
  const { said, failed } = useDashboard();
  return useMutation(
    activity.retry.mutationOptions({
      onSuccess: async ({ tried }) => {
        said(t("activity.retried", { count: tried }));
        await queryClient.invalidateQueries(activity.pathFilter());
        await queryClient.invalidateQueries(connections.get.queryFilter({ id: connection.id }));
      },
      onError: () => failed(t("fullSync.couldNot.retry"), t("fullSync.nothingLost")),
    }),
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { useTRPC } from "../shell/api";
import { useDashboard } from "../shell/dashboard";

/** Acts at once: turning it on is reversible, so nobody is asked. */
export function useSetLive(connection: ConnectionView) {
  const t = useTranslations();
  const { connections } = useTRPC();
  const queryClient = useQueryClient();
  const { said, failed } = useDashboard();
  return useMutation(
    connections.setLive.mutationOptions({
      onSuccess: (after) => {
        said(after.live ? t("live.turnedOn") : t("live.turnedOff"));
        return queryClient.invalidateQueries(connections.pathFilter());
      },
      onError: (_, { live }) =>
        failed(t(live ? "live.couldNotTurnOn" : "live.couldNotTurnOff"), t("live.asBefore", { title: connection.title })),
    }),
  );
}

interface TurnOnLiveProps {
  connection: ConnectionView;
  size?: "small";
  isPrimary?: boolean;
}

export const TurnOnLive = ({ connection, size, isPrimary }: TurnOnLiveProps) => {
  const t = useTranslations();
  const setLive = useSetLive(connection);
  return (
    <BusyButton
      variant={isPrimary ? "primary" : "secondary"}
      size={size}
      isBusy={setLive.isPending}
      onClick={() => setLive.mutate({ id: connection.id, live: true })}
    >
      {t("live.turnOn")}
    </BusyButton>
  );
};

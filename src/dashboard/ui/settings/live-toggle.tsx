import { Toggle } from "@saleor/macaw-ui";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { useSetLive } from "../overview/turn-on-live";

/** Acts at once and is no part of the form. */
export const LiveToggle = ({ connection, readOnly }: { connection: ConnectionView; readOnly: boolean }) => {
  const t = useTranslations();
  const setLive = useSetLive(connection);
  const isOn = setLive.isPending ? setLive.variables.live : connection.live;
  const canTurnOn = connection.account !== null && connection.target !== null;
  return (
    <Toggle
      pressed={isOn}
      disabled={readOnly || setLive.isPending || (!isOn && !canTurnOn)}
      onPressedChange={(live) => setLive.mutate({ id: connection.id, live })}
      aria-label={t("live.label")}
    >
      {isOn ? t("live.on") : t("live.off")}
    </Toggle>
  );
};

import { Button, Toggle } from "@saleor/macaw-ui";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { needsFullSync } from "../health";
import { useSetLive } from "../overview/turn-on-live";
import { Callout } from "../parts/callout";
import { useGo } from "../shell/leave";
import { useWords } from "../text";

const canTurnOn = ({ account, target }: ConnectionView) => account !== null && target !== null;

/** Acts at once and is no part of the form. */
export const LiveToggle = ({ connection, readOnly }: { connection: ConnectionView; readOnly: boolean }) => {
  const t = useTranslations();
  const setLive = useSetLive(connection);
  const isOn = setLive.isPending ? setLive.variables.live : connection.live;
  return (
    <Toggle
      pressed={isOn}
      disabled={readOnly || setLive.isPending || (!isOn && !canTurnOn(connection))}
      onPressedChange={(live) => setLive.mutate({ id: connection.id, live })}
      aria-label={t("live.label")}
    >
      {isOn ? t("live.on") : t("live.off")}
    </Toggle>
  );
};

/** What the switch does, or why it cannot be turned yet. */
export const LiveHint = ({ connection }: { connection: ConnectionView }) => {
  const t = useWords(connection.provider);
  return <>{canTurnOn(connection) ? t("live.hint", { title: connection.title }) : t("live.needsTarget")}</>;
};

/** Turning it on sends nobody who is there already. */
export const UnsyncedNote = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const go = useGo();
  if (!connection.live || !needsFullSync(connection)) return null;
  return (
    <Callout
      tone="info"
      title={t("situation.unsynced")}
      actions={
        <Button variant="secondary" size="small" onClick={() => go(`/c/${connection.id}`)}>
          {t("fullSync.start")}
        </Button>
      }
    />
  );
};

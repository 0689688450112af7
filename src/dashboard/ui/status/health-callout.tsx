import { Button } from "@saleor/macaw-ui";
import type { ConnectionView } from "@/dashboard/api/views";
import { TurnOnLive } from "../overview/turn-on-live";
import { Callout } from "../parts/callout";
import { useInfo } from "../shell/info";
import { useGo } from "../shell/leave";
import { useProviderText, useWords } from "../text";
import { Attention } from "./attention";
import { useHealthText } from "./health-text";

/** The one thing on this connection that a person should know or mend; nothing while all is well. */
export const HealthCallout = ({ connection }: { connection: ConnectionView }) => {
  const text = useProviderText(connection.provider, connection.title);
  const said = useHealthText(connection);
  if (!said || connection.health === "catching_up") return <Attention connection={connection} />;
  const why = said.tone === "info" || !connection.healthReason ? null : text.reason(connection.healthReason);
  return (
    <Callout tone={said.tone} title={said.title} actions={<Remedy connection={connection} />}>
      {said.text} {why === said.title ? null : why}
    </Callout>
  );
};

const Remedy = ({ connection }: { connection: ConnectionView }) => {
  const t = useWords(connection.provider);
  const go = useGo();
  const { permissions } = useInfo();
  const { health, healthReason, provider, id } = connection;
  if (!permissions.manageApps || health === "provider_down") return null;
  if (health === "paused") return <TurnOnLive connection={connection} size="small" />;
  const mends = health === "reconnect" || health === "unreadable";
  const toSettings = () => go(`/c/${id}/settings`);
  return (
    <>
      <Button variant="primary" size="small" onClick={() => (mends ? go(`/connect/${provider}`) : toSettings())}>
        {mends ? t("overview.reconnect") : t("health.target_gone")}
      </Button>
      {health === "reconnect" && healthReason !== "credentials_refused" ? (
        <Button variant="secondary" size="small" onClick={toSettings}>
          {t("nav.settings")}
        </Button>
      ) : null}
    </>
  );
};

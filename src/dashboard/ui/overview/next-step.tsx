/** The one thing to do next, as one button; where nothing has to be done it opens the connection. */
import { Button } from "@saleor/macaw-ui";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { activityPath } from "../activity/use-filter";
import { needsFullSync, useHealthPill } from "../health";
import { useGo } from "../shell/leave";
import { TurnOnLive } from "./turn-on-live";

interface Step {
  label: string;
  path: string;
  /** Only a person can mend it. */
  isUrgent?: boolean;
}

export const NextStep = ({ connection, mayManage }: { connection: ConnectionView; mayManage: boolean }) => {
  const t = useTranslations();
  const go = useGo();
  const step = useStep(connection, mayManage);
  if (step === "turn_on_live") return <TurnOnLive connection={connection} />;
  const isOpen = step === null;
  return (
    <Button
      variant={step?.isUrgent ? "primary" : "secondary"}
      onClick={() => go(step?.path ?? `/c/${connection.id}`)}
      aria-label={isOpen ? t("overview.openTitle", { title: connection.title }) : undefined}
    >
      {step?.label ?? t("overview.open")}
    </Button>
  );
};

/** `null`: nothing has to be done. */
function useStep(connection: ConnectionView, mayManage: boolean): Step | "turn_on_live" | null {
  const t = useTranslations();
  const { word } = useHealthPill(connection);
  const { id, provider, health, counts } = connection;
  if (mayManage) {
    switch (health) {
      case "reconnect":
      case "unreadable":
        return { label: t("overview.reconnect"), path: `/connect/${provider}`, isUrgent: true };
      case "target_gone":
        return { label: word, path: `/c/${id}/settings`, isUrgent: true };
      case "setup":
        return { label: t("overview.continueSetup"), path: `/c/${id}/settings` };
      case "paused":
        return "turn_on_live";
      case "live":
        if (needsFullSync(connection)) return { label: t("overview.startFullSync"), path: `/c/${id}` };
    }
  }
  if (health === "provider_down" || health === "catching_up") return null;
  if (counts.gaveUp > 0)
    return { label: t("overview.lookAtGaveUp", { count: counts.gaveUp }), path: activityPath(id, { state: "gave_up" }) };
  if (counts.refused > 0)
    return { label: t("overview.lookAtRefused", { count: counts.refused }), path: activityPath(id, { state: "refused" }) };
  return null;
}

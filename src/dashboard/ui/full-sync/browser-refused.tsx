/** This browser cannot read customers from Saleor; the app itself can. */
import { Button } from "@saleor/macaw-ui";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Callout } from "../parts/callout";
import { PreviewPart } from "./preview-part";
import { usePreview } from "./use-preview";
import type { Probe } from "./use-probe";
import { useStart } from "./use-start";

interface BrowserRefusedProps {
  connection: ConnectionView;
  probe: Extract<Probe, { kind: "refused" }>;
}

export const BrowserRefused = ({ connection, probe }: BrowserRefusedProps) => {
  const t = useTranslations();
  if (probe.why === "offline") return <Callout tone="warning" title={t("fullSync.offline")} actions={<Again probe={probe} />} />;
  return <Instead connection={connection} probe={probe} />;
};

const Instead = ({ connection, probe }: BrowserRefusedProps) => {
  const t = useTranslations();
  const asked = usePreview(connection.id);
  const total = asked.preview?.total ?? null;
  const start = useStart({ connection, total, estimate: asked.estimate, onLeave: "continue" });
  return (
    <>
      <Callout
        tone="warning"
        title={t("fullSync.browserRefused")}
        actions={
          <>
            <BusyButton
              variant="primary"
              size="small"
              isBusy={start.busy !== null}
              disabled={!start.isReady}
              onClick={() => start.ask("worker")}
            >
              {t("fullSync.background")}
            </BusyButton>
            <Again probe={probe} />
          </>
        }
      >
        <p style={{ margin: 0 }}>{t("fullSync.instead")}</p>
        <p style={{ margin: 0 }}>{t(probe.why === "denied" ? "fullSync.browserDeniedText" : "fullSync.browserRefusedText")}</p>
      </Callout>
      <PreviewPart connection={connection} asked={asked} total={null} />
      {start.question}
    </>
  );
};

const Again = ({ probe }: { probe: BrowserRefusedProps["probe"] }) => {
  const t = useTranslations();
  return (
    <Button variant="secondary" size="small" onClick={probe.again}>
      {t("common.tryAgain")}
    </Button>
  );
};

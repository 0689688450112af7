/** Preview, what happens when the page is left, and the two ways to start. */
import { Play } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Choices } from "../parts/choices";
import { PreviewPart } from "./preview-part";
import { usePreview } from "./use-preview";
import { useStart } from "./use-start";

interface StartFormProps {
  connection: ConnectionView;
  total: number;
  label?: string;
  variant?: "primary" | "secondary";
}

export const StartForm = ({ connection, total, label, variant = "primary" }: StartFormProps) => {
  const t = useTranslations();
  const [onLeave, setOnLeave] = useState<RunView["onLeave"]>("continue");
  const asked = usePreview(connection.id);
  const start = useStart({ connection, total, estimate: asked.estimate, onLeave });
  return (
    <>
      <PreviewPart connection={connection} asked={asked} total={total} />
      <div className="crm-choices-row">
        <Choices
          label={t("fullSync.leave.label")}
          value={onLeave}
          choices={(["continue", "pause"] as const).map((value) => ({ value, label: t(`fullSync.leave.${value}`), help: null }))}
          onChange={(value) => setOnLeave(value === "pause" ? "pause" : "continue")}
        />
      </div>
      <div className="crm-row" style={{ justifyContent: "space-between" }}>
        <BusyButton
          variant="secondary"
          isBusy={start.busy === "worker"}
          disabled={!start.isReady || start.busy !== null}
          onClick={() => start.ask("worker")}
        >
          {t("fullSync.background")}
        </BusyButton>
        <BusyButton
          variant={variant}
          icon={<Play size={16} aria-hidden />}
          isBusy={start.busy === "page"}
          disabled={!start.isReady || start.busy !== null}
          onClick={() => start.ask("page")}
        >
          {label ?? t("fullSync.start")}
        </BusyButton>
      </div>
      {start.question}
    </>
  );
};

import { useTranslations } from "use-intl";
import type { RunView } from "@/dashboard/api/views";
import { Confirm } from "../parts/confirm";

interface CancelRunProps {
  open: boolean;
  run: RunView;
  onBack(): void;
  onConfirm(): void;
}

export const CancelRun = ({ open, run, onBack, onConfirm }: CancelRunProps) => {
  const t = useTranslations();
  return (
    <Confirm
      open={open}
      danger
      title={t("fullSync.cancelTitle")}
      body={t("fullSync.cancelBody", { done: run.done, total: run.total ?? run.marked })}
      back={t("common.back")}
      verb={t("fullSync.cancelVerb")}
      onBack={onBack}
      onConfirm={onConfirm}
    />
  );
};

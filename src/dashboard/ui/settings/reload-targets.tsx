import { RotateCw } from "lucide-react";
import { useTranslations } from "use-intl";
import { BusyButton } from "../parts/busy-button";
import type { Targets } from "./use-targets";

export const ReloadTargets = ({ targets }: { targets: Targets }) => {
  const t = useTranslations();
  return (
    <BusyButton
      variant="secondary"
      size="small"
      isBusy={targets.isReloading}
      icon={<RotateCw size={16} aria-hidden />}
      onClick={targets.reload}
    >
      {t("settings.reloadTargets")}
    </BusyButton>
  );
};

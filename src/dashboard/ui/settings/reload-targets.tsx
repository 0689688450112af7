import { RotateCw } from "lucide-react";
import { BusyButton } from "../parts/busy-button";
import { useWords } from "../text";
import type { Targets } from "./use-targets";

export const ReloadTargets = ({ provider, targets }: { provider: string; targets: Targets }) => {
  const t = useWords(provider);
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

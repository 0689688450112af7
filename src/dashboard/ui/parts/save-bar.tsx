import { Button, Spinner, Text } from "@saleor/macaw-ui";
import { Check } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslations } from "use-intl";

interface SaveBarProps {
  /** Names of what was changed. */
  changes: string[];
  isSaving: boolean;
  /** Grows with every successful save: shows the tick for a second. */
  saves: number;
  canSave: boolean;
  callout?: ReactNode;
  onBack(): void;
}

export const SaveBar = ({ changes, isSaving, saves, canSave, callout, onBack }: SaveBarProps) => {
  const t = useTranslations();
  const justSaved = useJustSaved(saves);
  const icon = isSaving ? <Spinner /> : justSaved ? <Check size={16} aria-hidden /> : null;
  return (
    <div className="crm-savebar">
      {callout ? <div style={{ width: "100%" }}>{callout}</div> : null}
      <Text size={3} color="default2" role="status">
        {changes.length > 0 ? t("save.unsaved", { what: changes.join(", ") }) : ""}
      </Text>
      <div className="crm-row">
        <Button variant="secondary" size="large" onClick={onBack}>
          {t("common.back")}
        </Button>
        <Button type="submit" variant="primary" size="large" disabled={changes.length === 0 || isSaving || !canSave} icon={icon}>
          {t("save.save")}
        </Button>
      </div>
    </div>
  );
};

function useJustSaved(saves: number): boolean {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (saves === 0) return;
    setShown(true);
    const timer = setTimeout(() => setShown(false), 1_000);
    return () => clearTimeout(timer);
  }, [saves]);
  return shown;
}

/** Presets, and the rules as a file. */
import { Button } from "@saleor/macaw-ui";
import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { ChangeRule } from "@/model/change-rules";
import type { FieldRule } from "@/model/rules";
import { Callout } from "../parts/callout";
import { Pick } from "../parts/pick";
import { saveFile } from "../parts/save-file";
import { fileOf, readFile } from "./file";
import { PRESETS, type Preset } from "./presets";

interface FileButtonsProps {
  provider: string;
  rules: FieldRule[];
  changes: ChangeRule[];
  readOnly: boolean;
  onPreset(preset: Preset): void;
  onImport(rules: FieldRule[], changes: ChangeRule[]): void;
}

export const FileButtons = ({ provider, rules, changes, readOnly, onPreset, onImport }: FileButtonsProps) => {
  const t = useTranslations();
  const input = useRef<HTMLInputElement>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    const read = readFile(await file.text());
    if (input.current) input.current.value = "";
    setRefused(
      read.kind === "rules"
        ? null
        : "number" in read
          ? t(`mapping.file.${read.kind}`, { number: read.number })
          : t(`mapping.file.${read.kind}`),
    );
    if (read.kind === "rules") onImport(read.rules, read.changes);
  };
  return (
    <>
      <div className="crm-tools">
        {readOnly ? null : (
          <Pick
            label={t("mapping.preset")}
            value={null}
            options={PRESETS.map((preset) => ({ value: preset, label: t(`mapping.presets.${preset}`) }))}
            onChange={onPreset}
          />
        )}
        <div className="crm-row">
          {readOnly ? null : (
            <Button variant="secondary" onClick={() => input.current?.click()}>
              {t("mapping.import")}
            </Button>
          )}
          <Button
            variant="secondary"
            disabled={rules.length + changes.length === 0}
            onClick={() => saveFile(fileOf(rules, changes), t("mapping.file.name", { provider }), "application/json")}
          >
            {t("mapping.export")}
          </Button>
        </div>
        <input
          ref={input}
          type="file"
          accept="application/json,.json"
          hidden
          aria-label={t("mapping.import")}
          onChange={(event) => void take(event.target.files?.[0])}
        />
      </div>
      {refused ? <Callout tone="error" title={refused} isNews /> : null}
    </>
  );
};

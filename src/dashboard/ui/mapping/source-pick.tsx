/** Where in Saleor a value is found: metadata by its key, or what Saleor knows of everybody. */
import { useTranslations } from "use-intl";
import type { FieldSource } from "@/model/rules";
import { Field } from "../parts/field";
import { Pick } from "../parts/pick";
import { SOURCES, sourceFrom, sourceIdOf } from "./drafts";

interface SourcePickProps {
  label: string;
  source: FieldSource;
  readOnly: boolean;
  needsKey: boolean;
  onChange(source: FieldSource): void;
}

export const SourcePick = ({ label, source, readOnly, needsKey, onChange }: SourcePickProps) => {
  const t = useTranslations();
  return (
    <div className="crm-rule-part">
      <Pick
        label={label}
        value={sourceIdOf(source)}
        disabled={readOnly}
        options={SOURCES.map((id) => ({ value: id, label: t(`mapping.source.${id.replace(".", "_")}`) }))}
        onChange={(id) => onChange(sourceFrom(id, source))}
      />
      {source.kind === "customer" ? null : (
        <Field
          label={t("mapping.key")}
          value={source.key}
          disabled={readOnly}
          autoComplete="off"
          problem={needsKey ? t("mapping.problem.needs_key") : undefined}
          help={source.kind === "public" ? t("mapping.publicHelp") : null}
          onChange={(event) => onChange({ ...source, key: event.target.value })}
        />
      )}
    </div>
  );
};

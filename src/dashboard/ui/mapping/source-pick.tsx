/** Where in Saleor a value is found: metadata by its key, or what Saleor knows of everybody. */
import { useTranslations } from "use-intl";
import type { FieldSource } from "@/model/rules";
import { Field } from "../parts/field";
import { Pick } from "../parts/pick";
import { SOURCES, sourceFrom, sourceIdOf } from "./drafts";
import { useHasAttributes } from "./use-has-attributes";

interface SourcePickProps {
  label: string;
  source: FieldSource;
  readOnly: boolean;
  needsKey: boolean;
  onChange(source: FieldSource): void;
}

export const SourcePick = ({ label, source, readOnly, needsKey, onChange }: SourcePickProps) => {
  const t = useTranslations();
  const hasAttributes = useHasAttributes();
  const offered = SOURCES.filter((id) => id !== "attribute" || hasAttributes || source.kind === "attribute");
  const isAttribute = source.kind === "attribute";
  return (
    <div className="crm-rule-part">
      <Pick
        label={label}
        value={sourceIdOf(source)}
        disabled={readOnly}
        options={offered.map((id) => ({ value: id, label: t(`mapping.source.${id.replace(".", "_")}`) }))}
        onChange={(id) => onChange(sourceFrom(id, source))}
      />
      {source.kind === "customer" ? null : (
        <Field
          label={isAttribute ? t("mapping.attribute") : t("mapping.key")}
          value={source.key}
          disabled={readOnly}
          autoComplete="off"
          problem={needsKey ? (isAttribute ? t("mapping.problem.needs_attribute") : t("mapping.problem.needs_key")) : undefined}
          help={source.kind === "public" ? t("mapping.publicHelp") : isAttribute ? t("mapping.attributeHelp") : null}
          onChange={(event) => onChange({ ...source, key: event.target.value })}
        />
      )}
    </div>
  );
};

/** One rule: where the value comes from, what is done to it, where it goes, and what that makes of the chosen customer. */
import { Button } from "@saleor/macaw-ui";
import { Trash2 } from "lucide-react";
import { useTranslations } from "use-intl";
import type { ConnectionView, FieldView, RulesPreview } from "@/dashboard/api/views";
import { DATES_IN, DATES_OUT, takesPrefix } from "@/model/rules";
import { Field } from "../parts/field";
import { Pick } from "../parts/pick";
import { type Draft, problemOf, TRANSFORMS, transformFrom, transformIdOf } from "./drafts";
import { RuleResult } from "./rule-result";
import { SourcePick } from "./source-pick";
import { TargetPick } from "./target-pick";

export type PreviewRow = Extract<RulesPreview, { kind: "preview" }>["rows"][number];

interface RuleCardProps {
  draft: Draft;
  number: number;
  all: readonly Draft[];
  connection: ConnectionView;
  /** `null` = could not be loaded: saved targets still stand. */
  fields: FieldView[] | null;
  canCreate: boolean;
  preview: PreviewRow | null;
  readOnly: boolean;
  /** A save was tried: what is missing is said. */
  isChecked: boolean;
  onChange(draft: Draft): void;
  onRemove(): void;
  onFieldMade(field: FieldView): void;
}

export const RuleCard = (p: RuleCardProps) => {
  const t = useTranslations();
  const { draft, readOnly } = p;
  const set = (change: Partial<Draft>) => p.onChange({ ...draft, ...change });
  const problem = p.isChecked ? problemOf(draft, p.all) : null;
  return (
    <fieldset className="crm-rule" aria-label={t("mapping.rule", { number: p.number })}>
      <div className="crm-rule-parts">
        <SourcePick
          label={t("mapping.from")}
          source={draft.source}
          readOnly={readOnly}
          needsKey={problem === "needs_key"}
          onChange={(source) => set({ source })}
        />
        <TransformPart draft={draft} readOnly={readOnly} onChange={(transform) => set({ transform })} />
        <TargetPick
          draft={draft}
          connection={p.connection}
          fields={p.fields}
          canCreate={p.canCreate && !readOnly}
          readOnly={readOnly}
          problem={problem === "needs_target" || problem === "target_twice" ? t(`mapping.problem.${problem}`) : undefined}
          onChange={(target) => set({ target, wish: target ? null : draft.wish })}
          onFieldMade={p.onFieldMade}
        />
        <RuleResult draft={draft} preview={p.preview} connection={p.connection} />
      </div>
      <div className="crm-rule-foot">
        <details className="crm-fold">
          <summary>{t("mapping.more")}</summary>
          <div className="crm-rule-more">
            <Field
              label={t("mapping.fallback")}
              help={t("mapping.fallbackHelp")}
              value={draft.fallback}
              disabled={readOnly}
              onChange={(event) => set({ fallback: event.target.value })}
            />
            {draft.target && !takesPrefix(draft.target) ? null : (
              <Field
                label={t("mapping.prefix")}
                help={t("mapping.prefixHelp")}
                value={draft.prefix}
                disabled={readOnly}
                onChange={(event) => set({ prefix: event.target.value })}
              />
            )}
          </div>
        </details>
        {readOnly ? null : (
          <Button variant="tertiary" size="small" icon={<Trash2 size={16} aria-hidden />} onClick={p.onRemove}>
            {t("mapping.remove", { number: p.number })}
          </Button>
        )}
      </div>
    </fieldset>
  );
};

interface PartProps<T> {
  draft: Draft;
  readOnly: boolean;
  onChange(value: T): void;
}

const TransformPart = ({ draft, readOnly, onChange }: PartProps<Draft["transform"]>) => {
  const t = useTranslations();
  const { transform } = draft;
  return (
    <div className="crm-rule-part">
      <Pick
        label={t("mapping.change")}
        value={transformIdOf(transform)}
        disabled={readOnly}
        options={TRANSFORMS.map((id) => ({ value: id, label: t(`mapping.transform.${id.replace(".", "_")}`) }))}
        onChange={(id) => onChange(transformFrom(id))}
      />
      {transform.kind === "date" ? (
        <>
          <Pick
            label={t("mapping.dateFrom")}
            value={transform.from}
            disabled={readOnly}
            options={DATES_IN.map((id) => ({ value: id, label: t(`mapping.date.${dateName(id)}`) }))}
            onChange={(from) => onChange({ ...transform, from })}
          />
          {draft.target?.type === "date" ? null : (
            <Pick
              label={t("mapping.dateTo")}
              value={transform.to}
              disabled={readOnly}
              options={DATES_OUT.map((id) => ({ value: id, label: t(`mapping.date.${dateName(id)}`) }))}
              onChange={(to) => onChange({ ...transform, to })}
            />
          )}
        </>
      ) : null}
    </div>
  );
};

/** A dot would mean a level in the catalogue. */
const dateName = (id: string) => id.replaceAll(".", "_").replaceAll("/", "-");

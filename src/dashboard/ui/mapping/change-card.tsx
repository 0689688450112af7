/** One change rule: whether it is on, what it watches, which change it means, what follows, and a run to try it. */
import { Button } from "@saleor/macaw-ui";
import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "use-intl";
import { CHANGES } from "@/model/change-rules";
import { Check } from "../parts/check";
import { Field, FieldNote } from "../parts/field";
import { Pick } from "../parts/pick";
import { type ActionParts, ChangeAction } from "./change-action";
import { type ChangeDraft, type ChangeProblem, changeProblem, emptyAction, hasRanks } from "./change-drafts";
import { ChangeTrial } from "./change-trial";
import { SourcePick } from "./source-pick";

interface ChangeCardProps extends ActionParts {
  draft: ChangeDraft;
  number: number;
  onChange(draft: ChangeDraft): void;
  onRemove(): void;
}

export const ChangeCard = ({ draft, number, onChange, onRemove, ...parts }: ChangeCardProps) => {
  const t = useTranslations();
  const { readOnly, isChecked } = parts;
  const set = (change: Partial<ChangeDraft>) => onChange({ ...draft, ...change });
  const problem = isChecked ? changeProblem(draft) : null;
  const ofRanks = problem === "needs_ranks" || problem === "rank_twice" ? t(`changes.problem.${problem}`) : undefined;
  return (
    <fieldset className="crm-rule" aria-label={t("changes.rule", { number })}>
      <Check label={t("changes.on", { number })} checked={draft.on} disabled={readOnly} onChange={(on) => set({ on })} />
      <div className="crm-rule-parts">
        <SourcePick
          label={t("changes.when")}
          source={draft.source}
          readOnly={readOnly}
          needsKey={problem === "needs_key"}
          onChange={(source) => set({ source })}
        />
        <div className="crm-rule-part">
          <Pick
            label={t("changes.how")}
            value={draft.when}
            disabled={readOnly}
            options={CHANGES.map((kind) => ({ value: kind, label: t(`changes.change.${kind}`) }))}
            onChange={(when) => set({ when })}
          />
          {hasRanks(draft.when) ? (
            <Field
              label={t("changes.ranks")}
              help={t("changes.ranksHelp")}
              value={draft.ranks}
              disabled={readOnly}
              autoComplete="off"
              problem={ofRanks}
              onChange={(event) => set({ ranks: event.target.value })}
            />
          ) : null}
        </div>
      </div>
      <ul className="crm-change-actions" aria-label={t("changes.then")}>
        {draft.actions.map((action, n) => (
          <ChangeAction
            {...parts}
            key={action.id}
            action={action}
            number={n + 1}
            when={draft.when}
            onChange={(next) => set({ actions: draft.actions.map((one) => (one.id === next.id ? next : one)) })}
            onRemove={() => set({ actions: draft.actions.filter(({ id }) => id !== action.id) })}
          />
        ))}
      </ul>
      {isOfRule(problem) ? <FieldNote problem={t(`changes.problem.${problem}`)} /> : null}
      <div className="crm-rule-foot">
        {readOnly ? null : (
          <Button
            variant="secondary"
            size="small"
            icon={<Plus size={16} aria-hidden />}
            onClick={() => set({ actions: [...draft.actions, emptyAction()] })}
          >
            {t("changes.addAction")}
          </Button>
        )}
        {readOnly ? null : (
          <Button variant="tertiary" size="small" icon={<Trash2 size={16} aria-hidden />} onClick={onRemove}>
            {t("changes.remove", { number })}
          </Button>
        )}
      </div>
      {readOnly ? null : <ChangeTrial draft={draft} connection={parts.connection} />}
    </fieldset>
  );
};

/** Not said beside a field of its own. */
const isOfRule = (problem: ChangeProblem | null): problem is ChangeProblem =>
  problem !== null && problem !== "needs_key" && problem !== "needs_ranks" && problem !== "rank_twice";

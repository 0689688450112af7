/** What follows when a value changes: a card for each rule, and what contradicts what. */
import { Button } from "@saleor/macaw-ui";
import { Plus } from "lucide-react";
import { useTranslations } from "use-intl";
import type { RulesView } from "@/dashboard/api/views";
import { type Contradiction, contradictionsIn } from "@/model/change-rules";
import type { FieldRule } from "@/model/rules";
import { Callout } from "../parts/callout";
import { Section } from "../parts/section";
import { useWords } from "../text";
import type { ActionParts } from "./change-action";
import { ChangeCard } from "./change-card";
import { type ChangeDraft, changeRuleOf, emptyChange } from "./change-drafts";

interface ChangeRulesProps extends Omit<ActionParts, "eventForm"> {
  drafts: ChangeDraft[];
  rules: RulesView;
  contradictions: readonly Contradiction[];
  onEdit(change: (before: ChangeDraft[]) => ChangeDraft[]): void;
}

export const ChangeRules = ({ drafts, rules, contradictions, onEdit, ...parts }: ChangeRulesProps) => {
  const t = useWords(parts.connection.provider);
  const { title } = parts.connection;
  return (
    <Section title={t("changes.title")} hint={t(rules.eventForm === null ? "changes.hintNoEvents" : "changes.hint", { title })}>
      {drafts.map((draft, n) => (
        <ChangeCard
          {...parts}
          key={draft.id}
          draft={draft}
          number={n + 1}
          eventForm={rules.eventForm}
          onChange={(next) => onEdit((before) => before.map((one) => (one.id === next.id ? next : one)))}
          onRemove={() => onEdit((before) => before.filter(({ id }) => id !== draft.id))}
        />
      ))}
      <Contradictions found={contradictions} />
      {parts.readOnly ? null : (
        <div>
          <Button variant="secondary" icon={<Plus size={16} aria-hidden />} onClick={() => onEdit((before) => [...before, emptyChange()])}>
            {t("changes.add")}
          </Button>
        </div>
      )}
    </Section>
  );
};

/** Numbers as on the screen, of whole rules only. */
export function contradictionsOf(drafts: readonly ChangeDraft[], fieldRules: readonly FieldRule[]): Contradiction[] {
  const whole = drafts.flatMap((draft, n) => {
    const rule = changeRuleOf(draft);
    return rule ? [{ rule, n }] : [];
  });
  const found = contradictionsIn(
    whole.map(({ rule }) => rule),
    fieldRules,
  );
  const place = (at: number) => whole[at]?.n ?? at;
  return found.map(({ rules: [one, other], ...rest }) => ({ ...rest, rules: [place(one), place(other)] as const }));
}

const Contradictions = ({ found }: { found: readonly Contradiction[] }) => {
  const t = useTranslations();
  if (found.length === 0) return null;
  return (
    <Callout tone="warning" title={t("changes.contradict")} isNews>
      <ul className="crm-list">
        {found.map(({ kind, name, rules: [one, other] }) => (
          <li key={`${kind} ${name} ${one} ${other}`}>
            {t(`changes.contradiction.${kind}`, { name, count: one === other ? 1 : 2, one: one + 1, other: other + 1 })}
          </li>
        ))}
      </ul>
    </Callout>
  );
};

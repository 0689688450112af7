/** One thing that follows a change: a tag, a field, an event. */
import { Button } from "@saleor/macaw-ui";
import { Trash2 } from "lucide-react";
import type { ConnectionView, FieldView } from "@/dashboard/api/views";
import { Field } from "../parts/field";
import { Pick } from "../parts/pick";
import { useWords } from "../text";
import { ACTIONS, type ActionDraft, type ActionKind, actionProblem, hasRanks } from "./change-drafts";
import { emptyDraft } from "./drafts";
import { TargetPick } from "./target-pick";

export interface ActionParts {
  connection: ConnectionView;
  /** `null` = could not be loaded: saved targets still stand. */
  fields: FieldView[] | null;
  canCreate: boolean;
  /** `null` = this provider has no events. */
  eventForm: string | null;
  readOnly: boolean;
  isChecked: boolean;
  onFieldMade(field: FieldView): void;
}

interface ChangeActionProps extends ActionParts {
  action: ActionDraft;
  number: number;
  when: Parameters<typeof hasRanks>[0];
  onChange(action: ActionDraft): void;
  onRemove(): void;
}

export const ChangeAction = (p: ChangeActionProps) => {
  const { action, readOnly } = p;
  const t = useWords(p.connection.provider);
  return (
    <li className="crm-change-action">
      <Pick
        label={t("changes.action", { number: p.number })}
        value={action.kind}
        disabled={readOnly}
        options={kindsFor(p).map((kind) => ({ value: kind, label: t(`changes.kind.${kind}`) }))}
        onChange={(kind) => p.onChange({ ...action, kind, text: isText(kind) && isText(action.kind) ? action.text : "" })}
      />
      <ActionValue {...p} />
      {readOnly ? null : (
        <Button
          variant="tertiary"
          size="small"
          icon={<Trash2 size={16} aria-hidden />}
          aria-label={t("changes.removeAction", { number: p.number })}
          onClick={p.onRemove}
        />
      )}
    </li>
  );
};

const isText = (kind: ActionKind): boolean => kind === "add_tag" || kind === "remove_tag";

/** Ranks have no difference; what is chosen already stays to be seen. */
function kindsFor({ action, when, eventForm }: ChangeActionProps): ActionKind[] {
  const offered = ACTIONS.filter((kind) => (kind === "difference" ? !hasRanks(when) : kind !== "send_event" || eventForm !== null));
  return offered.includes(action.kind) ? offered : [...offered, action.kind];
}

const ActionValue = (p: ChangeActionProps) => {
  const { action, connection, readOnly } = p;
  const t = useWords(connection.provider);
  const code = p.isChecked ? actionProblem(action, p.eventForm) : null;
  const problem = code ? t(`changes.problem.${code}`, { title: connection.title }) : undefined;
  if (action.kind === "previous" || action.kind === "difference")
    return (
      <TargetPick
        draft={{ ...emptyDraft(), target: action.target, transform: { kind: action.kind === "difference" ? "number" : "text" } }}
        connection={connection}
        fields={p.fields}
        canCreate={p.canCreate && !readOnly}
        readOnly={readOnly}
        problem={problem}
        onChange={(target) => p.onChange({ ...action, target })}
        onFieldMade={p.onFieldMade}
      />
    );
  return (
    <Field
      label={action.kind === "send_event" ? t("changes.event") : t("changes.tag")}
      value={action.text}
      disabled={readOnly}
      autoComplete="off"
      problem={problem}
      help={action.kind === "send_event" ? t("changes.eventHelp") : null}
      onChange={(event) => p.onChange({ ...action, text: event.target.value })}
    />
  );
};

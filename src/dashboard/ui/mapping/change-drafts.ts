/** Change rules while they are written: a draft may still lack its key, its ranks or what should follow. */
import { type ChangeAction, type ChangeRule, changeRule } from "@/model/change-rules";
import type { FieldTarget } from "@/model/rules";

export const ACTIONS = ["add_tag", "remove_tag", "previous", "difference", "send_event"] as const;
export type ActionKind = (typeof ACTIONS)[number];

export interface ActionDraft {
  /** Of the row on the screen. */
  id: number;
  kind: ActionKind;
  /** A tag, or the name of an event. */
  text: string;
  target: FieldTarget | null;
}

export interface ChangeDraft {
  id: string;
  on: boolean;
  source: ChangeRule["source"];
  when: ChangeRule["when"]["kind"];
  /** As typed, lowest first, with commas. */
  ranks: string;
  actions: ActionDraft[];
}

let lastId = 0;

export const emptyAction = (): ActionDraft => ({ id: ++lastId, kind: "add_tag", text: "", target: null });

export const emptyChange = (): ChangeDraft => ({
  id: crypto.randomUUID(),
  on: false,
  source: { kind: "private", key: "" },
  when: "changed",
  ranks: "",
  actions: [emptyAction()],
});

export const changeDraftOf = ({ id, on, source, when, actions }: ChangeRule): ChangeDraft => ({
  id,
  on,
  source,
  when: when.kind,
  ranks: "ranks" in when ? when.ranks.join(", ") : "",
  actions: actions.map(actionDraftOf),
});

function actionDraftOf(action: ChangeAction): ActionDraft {
  const draft = emptyAction();
  switch (action.kind) {
    case "add_tag":
    case "remove_tag":
      return { ...draft, kind: action.kind, text: action.tag };
    case "set_field":
      return { ...draft, kind: action.value, target: action.target };
    case "send_event":
      return { ...draft, kind: action.kind, text: action.name };
  }
}

export const hasRanks = (when: ChangeDraft["when"]): when is "moved_up" | "moved_down" => when === "moved_up" || when === "moved_down";

const ranksOf = (typed: string): string[] => typed.split(",").flatMap((rank) => rank.trim() || []);

/** What the rule would be as it is written now, whole or not. */
function written({ id, on, source, when, ranks, actions }: ChangeDraft) {
  return {
    id,
    on,
    source: source.kind === "customer" ? source : { ...source, key: source.key.trim() },
    when: hasRanks(when) ? { kind: when, ranks: ranksOf(ranks) } : { kind: when },
    actions: actions.map(actionOf),
  };
}

function actionOf({ kind, text, target }: ActionDraft) {
  switch (kind) {
    case "add_tag":
    case "remove_tag":
      return { kind, tag: text };
    case "previous":
    case "difference":
      return { kind: "set_field", value: kind, target };
    case "send_event":
      return { kind, name: text };
  }
}

/** Only a whole draft is a rule. */
export function changeRuleOf(draft: ChangeDraft): ChangeRule | null {
  const read = changeRule.safeParse(written(draft));
  return read.success ? read.data : null;
}

export type ChangeProblem =
  | "needs_key"
  | "needs_ranks"
  | "rank_twice"
  | "needs_action"
  | "one_event"
  | "difference_of_ranks"
  | "value_personal"
  | "invalid_value";
const SAID = new Set<string>(["needs_ranks", "rank_twice", "needs_action", "one_event", "difference_of_ranks", "value_personal"]);

/** What is wrong with the rule as a whole; what its actions lack is said beside them. */
export function changeProblem(draft: ChangeDraft): ChangeProblem | null {
  if (draft.source.kind !== "customer" && draft.source.key.trim() === "") return "needs_key";
  const issues = changeRule.safeParse(written(draft)).error?.issues ?? [];
  const known = issues.find(({ message }) => SAID.has(message));
  if (known) return known.message as ChangeProblem;
  return issues.some(({ path }) => path[0] !== "actions") ? "invalid_value" : null;
}

export type ActionProblem = "needs_tag" | "needs_field" | "needs_name" | "name_form";

export function actionProblem({ kind, text, target }: ActionDraft, eventForm: string | null): ActionProblem | null {
  const isEmpty = text.trim() === "";
  switch (kind) {
    case "add_tag":
    case "remove_tag":
      return isEmpty ? "needs_tag" : null;
    case "previous":
    case "difference":
      return target ? null : "needs_field";
    case "send_event":
      if (isEmpty) return "needs_name";
      return new RegExp(eventForm ?? "^$", "u").test(text.trim()) ? null : "name_form";
  }
}

export const isWhole = (draft: ChangeDraft, eventForm: string | null): boolean =>
  changeProblem(draft) === null && draft.actions.every((action) => actionProblem(action, eventForm) === null);

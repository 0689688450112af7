/** The merchant's rules for fields: a card for each, tried on a real customer before they are saved. */
import { Button } from "@saleor/macaw-ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowRightLeft, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { FieldView } from "@/dashboard/api/views";
import type { ChangeRule } from "@/model/change-rules";
import type { FieldRule } from "@/model/rules";
import { Callout } from "../parts/callout";
import { Empty } from "../parts/empty";
import { SaveBar } from "../parts/save-bar";
import { Section } from "../parts/section";
import { SaveProblem } from "../settings/save-problem";
import { useTRPC } from "../shell/api";
import { useGo } from "../shell/leave";
import { useProviderText } from "../text";
import { type ChangeDraft, changeDraftOf, changeRuleOf, isWhole } from "./change-drafts";
import { ChangeRules, contradictionsOf } from "./change-rules";
import { type Draft, draftOf, draftsOf, emptyDraft, isSame, problemOf, ruleOf } from "./drafts";
import { FileButtons } from "./file-buttons";
import { draftsFrom } from "./presets";
import { PreviewBar } from "./preview-bar";
import { Resend } from "./resend";
import { RuleCard } from "./rule-card";
import { type RulesPartProps, useGuard } from "./rules-page";
import { useRulePreview } from "./use-rule-preview";
import { useSaveRules } from "./use-save-rules";

export const FieldsForm = ({ connection, rules, readOnly, onReload, frame }: RulesPartProps) => {
  const t = useTranslations();
  const go = useGo();
  const [drafts, setDrafts] = useState<Draft[]>(() => draftsOf(rules));
  const [isChecked, setIsChecked] = useState(false);
  const [who, setWho] = useState("");
  const [offersResend, setOffersResend] = useState(false);
  const dictionary = useDictionary(connection.id, !readOnly && connection.target !== null);
  const preview = useRulePreview(connection.id, who, drafts);
  const save = useSaveRules(connection, rules, t("mapping.saved"));
  const whole = drafts.flatMap((draft) => ruleOf(draft) ?? []);
  const isDirty = drafts.length !== whole.length || !isSame(whole, rules.fieldRules);
  const [changes, setChanges] = useState<ChangeDraft[]>(() => rules.changeRules.map(changeDraftOf));
  const wholeChanges = changes.flatMap((draft) => changeRuleOf(draft) ?? []);
  const areChangesDirty = changes.length !== wholeChanges.length || !isSame(wholeChanges, rules.changeRules);
  const contradictions = contradictionsOf(changes, whole);
  const unsaved = [...(isDirty ? [t("nav.fields")] : []), ...(areChangesDirty ? [t("changes.title")] : [])];
  useGuard(unsaved.length > 0 ? unsaved.join(", ") : null);

  const edit = (change: (before: Draft[]) => Draft[]) => {
    setOffersResend(false);
    setDrafts(change);
  };
  const importAll = (imported: FieldRule[], importedChanges: ChangeRule[]) => {
    edit(() => imported.map(draftOf));
    setChanges(importedChanges.map(changeDraftOf));
  };
  const submit = () => {
    setIsChecked(true);
    if (drafts.some((draft) => problemOf(draft, drafts) !== null)) return;
    if (!changes.every((draft) => isWhole(draft, rules.eventForm)) || contradictions.length > 0) return;
    setOffersResend(isDirty);
    save.send({ fieldRules: whole, changeRules: wholeChanges });
  };
  const callout =
    save.problem !== null ? (
      <SaveProblem
        problem={save.problem}
        connection={connection}
        values={{ fieldRules: whole, changeRules: wholeChanges }}
        onReload={onReload}
      />
    ) : save.refused !== null ? (
      <Callout tone="error" title={t("mapping.refused")} isNews />
    ) : isChecked && contradictions.length > 0 ? (
      <Callout tone="error" title={t("changes.contradict")} isNews />
    ) : offersResend && save.saves > 0 && !isDirty ? (
      <Resend connection={connection} onLater={() => setOffersResend(false)} />
    ) : null;
  const footer = readOnly ? null : (
    <SaveBar
      changes={unsaved}
      isSaving={save.isSaving}
      saves={save.saves}
      canSave
      callout={callout}
      onBack={() => go(`/c/${connection.id}`)}
    />
  );
  return frame(
    { footer, onSubmit: submit },
    <div className="crm-stack">
      <Section title={t("mapping.title")} hint={t("mapping.hint", { title: connection.title })}>
        <FileButtons
          provider={connection.provider}
          rules={whole}
          changes={wholeChanges}
          readOnly={readOnly}
          onPreset={(preset) => edit((before) => [...before, ...draftsFrom(preset, before, dictionary.fields ?? [])])}
          onImport={importAll}
        />
        {readOnly ? null : <PreviewBar connection={connection} preview={preview} onPick={setWho} />}
        {dictionary.failure ? <DictionaryFailed {...dictionary} connection={connection} /> : null}
        {drafts.length === 0 ? <Empty icon={<ArrowRightLeft size={16} />} title={t("mapping.none")} text={t("mapping.noneText")} /> : null}
        {drafts.map((draft, n) => (
          <RuleCard
            key={draft.id}
            draft={draft}
            number={n + 1}
            all={drafts}
            connection={connection}
            fields={dictionary.fields}
            canCreate={rules.canCreateFields}
            preview={preview.rows.get(draft.id) ?? null}
            readOnly={readOnly}
            isChecked={isChecked}
            onChange={(next) => edit((before) => before.map((one) => (one.id === next.id ? next : one)))}
            onRemove={() => edit((before) => before.filter(({ id }) => id !== draft.id))}
            onFieldMade={dictionary.add}
          />
        ))}
        {readOnly ? null : (
          <div>
            <Button variant="secondary" icon={<Plus size={16} aria-hidden />} onClick={() => edit((before) => [...before, emptyDraft()])}>
              {t("mapping.add")}
            </Button>
          </div>
        )}
      </Section>
      <ChangeRules
        drafts={changes}
        rules={rules}
        contradictions={contradictions}
        connection={connection}
        fields={dictionary.fields}
        canCreate={rules.canCreateFields}
        readOnly={readOnly}
        isChecked={isChecked}
        onEdit={(change) => {
          setOffersResend(false);
          setChanges(change);
        }}
        onFieldMade={dictionary.add}
      />
    </div>,
  );
};

/** What could not be loaded is never shown as "there are none". */
function useDictionary(id: string, enabled: boolean) {
  const { mapping } = useTRPC();
  const queryClient = useQueryClient();
  const query = useQuery(mapping.fields.queryOptions({ id }, { enabled, staleTime: 60_000, refetchOnWindowFocus: false }));
  return {
    fields: query.data?.kind === "ok" ? query.data.fields : null,
    failure: query.data?.kind === "failed" ? query.data.reason : query.isError ? "" : null,
    reload: () => void query.refetch(),
    add: (field: FieldView) =>
      queryClient.setQueryData(mapping.fields.queryKey({ id }), (before) =>
        before?.kind === "ok" ? { kind: "ok" as const, fields: [...before.fields, field] } : before,
      ),
  };
}

type Failed = Pick<ReturnType<typeof useDictionary>, "failure" | "reload"> & Pick<RulesPartProps, "connection">;

const DictionaryFailed = ({ failure, reload, connection }: Failed) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  return (
    <Callout
      tone="warning"
      title={t("mapping.dictionaryFailed", { title: connection.title })}
      isNews
      actions={
        <Button variant="secondary" size="small" onClick={reload}>
          {t("common.tryAgain")}
        </Button>
      }
    >
      {failure ? text.reason(failure) : t("settings.appDidNotAnswer")}
    </Callout>
  );
};

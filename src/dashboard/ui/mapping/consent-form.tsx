/** Consent, a card for each channel that the provider follows. */
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { RulesView } from "@/dashboard/api/views";
import { Callout } from "../parts/callout";
import { SaveBar } from "../parts/save-bar";
import { SaveProblem } from "../settings/save-problem";
import { useGo } from "../shell/leave";
import { useProviderText } from "../text";
import { ConsentCard, type ConsentDraft, consentProblem, consentRuleOf } from "./consent-card";
import { ConsentLog } from "./consent-log";
import { isSame } from "./drafts";
import { OptOuts } from "./opt-outs";
import { type RulesPartProps, useGuard } from "./rules-page";
import { useSaveRules } from "./use-save-rules";

export const ConsentForm = ({ connection, rules, readOnly, onReload, frame }: RulesPartProps) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  const go = useGo();
  const [drafts, setDrafts] = useState<ConsentDraft[]>(() => rules.channels.map((channel) => draftOf(channel, rules)));
  const [isChecked, setIsChecked] = useState(false);
  const save = useSaveRules(connection, rules, t("consent.saved"));
  const on = drafts.filter(({ isOn }) => isOn);
  const whole = on.map(consentRuleOf);
  const isDirty = !isSame(whole, rules.consentRules);
  useGuard(isDirty ? t("nav.consent") : null);

  const submit = () => {
    setIsChecked(true);
    if (on.every((draft) => consentProblem(draft) === null)) save.send({ consentRules: whole });
  };
  const callout =
    save.problem !== null ? (
      <SaveProblem problem={save.problem} connection={connection} values={whole} onReload={onReload} />
    ) : save.refused !== null ? (
      <Callout tone="error" title={t("mapping.refused")} isNews />
    ) : null;
  const footer = readOnly ? null : (
    <SaveBar
      changes={isDirty ? [t("nav.consent")] : []}
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
      {drafts.length === 0 ? (
        <Callout tone="info" title={text.say("channels.none") ?? t("consent.notOffered", { title: connection.title })} />
      ) : null}
      {drafts.map((draft) => (
        <ConsentCard
          key={draft.channel}
          draft={draft}
          optIns={rules.optIns}
          connection={connection}
          readOnly={readOnly}
          problem={isChecked ? consentProblem(draft) : null}
          onChange={(next) => setDrafts((before) => before.map((one) => (one.channel === next.channel ? next : one)))}
        />
      ))}
      {rules.optOuts && rules.consentRules.length > 0 ? (
        <OptOuts by={rules.optOuts} connection={connection} saves={save.saves} readOnly={readOnly} />
      ) : null}
      {drafts.length > 0 ? <ConsentLog connection={connection} /> : null}
    </div>,
  );
};

function draftOf({ id, defaultKey }: RulesView["channels"][number], { consentRules, optIns }: RulesView): ConsentDraft {
  const rule = consentRules.find(({ channel }) => channel === id);
  const offered = optIns.find((optIn) => optIn === rule?.optIn) ?? optIns[0];
  return {
    channel: id,
    isOn: rule !== undefined,
    kind: rule?.source.kind ?? "private",
    key: rule?.source.key ?? defaultKey,
    yes: (rule?.yes ?? ["yes", "true", "1"]).join(", "),
    no: (rule?.no ?? ["no", "false", "0"]).join(", "),
    optIn: offered ?? "confirm",
  };
}

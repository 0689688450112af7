/** One channel: whether consent is read, where it stands, what the words mean, how a new yes is followed. */
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import type { ConsentRule } from "@/model/rules";
import { Check } from "../parts/check";
import { Choices } from "../parts/choices";
import { Field } from "../parts/field";
import { Section } from "../parts/section";
import { useProviderText } from "../text";
import { useHasAttributes } from "./use-has-attributes";

/** Words as they are typed. */
export interface ConsentDraft {
  channel: string;
  isOn: boolean;
  kind: ConsentRule["source"]["kind"];
  key: string;
  yes: string;
  no: string;
  optIn: ConsentRule["optIn"];
}

export type ConsentProblem = "needs_key" | "needs_words" | "word_means_both";

const wordsOf = (typed: string) => [...new Set(typed.split(",").flatMap((word) => word.trim().toLowerCase() || []))];

export function consentProblem({ key, yes, no }: ConsentDraft): ConsentProblem | null {
  if (key.trim() === "") return "needs_key";
  if (wordsOf(yes).length === 0 || wordsOf(no).length === 0) return "needs_words";
  return wordsOf(yes).some((word) => wordsOf(no).includes(word)) ? "word_means_both" : null;
}

export const consentRuleOf = ({ channel, kind, key, yes, no, optIn }: ConsentDraft): ConsentRule => ({
  channel,
  source: { kind, key: key.trim() },
  yes: wordsOf(yes),
  no: wordsOf(no),
  optIn,
});

/** `email.news` is a topic of the channel `email`, under a name that only the merchant's account has words for. */
function headingOf(channel: string, text: ReturnType<typeof useProviderText>): string {
  const [kind = "", ...topic] = channel.split(".");
  return [text.say(`channels.${kind}`) ?? kind, topic.join(".")].filter(Boolean).join(": ");
}

interface ConsentCardProps {
  draft: ConsentDraft;
  optIns: readonly ConsentRule["optIn"][];
  connection: ConnectionView;
  readOnly: boolean;
  problem: ConsentProblem | null;
  onChange(draft: ConsentDraft): void;
}

export const ConsentCard = ({ draft, optIns, connection, readOnly, problem, onChange }: ConsentCardProps) => {
  const t = useTranslations();
  const { title } = connection;
  const text = useProviderText(connection.provider, title);
  const set = (change: Partial<ConsentDraft>) => onChange({ ...draft, ...change });
  const hasAttributes = useHasAttributes();
  const said = (code: ConsentProblem) => (problem === code ? t(`consent.problem.${code}`) : undefined);
  return (
    <Section title={headingOf(draft.channel, text)} hint={draft.isOn ? null : t("consent.off", { title })}>
      <Check
        label={t("consent.on")}
        help={t("consent.onHelp", { title })}
        checked={draft.isOn}
        disabled={readOnly}
        onChange={(isOn) => set({ isOn })}
      />
      {draft.isOn ? (
        <>
          <Choices
            label={t("consent.from")}
            value={draft.kind}
            disabled={readOnly}
            onChange={(kind) => set({ kind: kind as ConsentDraft["kind"] })}
            choices={[
              { value: "private", label: t("consent.private"), help: t("consent.privateHelp") },
              { value: "public", label: t("consent.public"), help: t("consent.publicHelp") },
              ...(hasAttributes || draft.kind === "attribute"
                ? [{ value: "attribute", label: t("consent.attribute"), help: t("consent.attributeHelp") }]
                : []),
            ]}
          />
          <Field
            label={draft.kind === "attribute" ? t("mapping.attribute") : t("consent.key")}
            value={draft.key}
            disabled={readOnly}
            autoComplete="off"
            problem={said("needs_key")}
            onChange={(event) => set({ key: event.target.value })}
          />
          <Field
            label={t("consent.yes")}
            value={draft.yes}
            disabled={readOnly}
            problem={said("needs_words") ?? said("word_means_both")}
            onChange={(event) => set({ yes: event.target.value })}
          />
          <Field
            label={t("consent.no")}
            value={draft.no}
            disabled={readOnly}
            help={t("consent.else")}
            onChange={(event) => set({ no: event.target.value })}
          />
          {optIns.includes("confirm") ? (
            <Choices
              label={t("consent.optIn")}
              value={draft.optIn}
              disabled={readOnly}
              onChange={(optIn) => set({ optIn: optIn as ConsentRule["optIn"] })}
              choices={[
                { value: "confirm", label: t("consent.confirm"), help: t("consent.confirmHelp", { title }) },
                { value: "direct", label: t("consent.direct"), help: t("consent.directHelp") },
              ]}
            />
          ) : null}
          <ul className="crm-list">
            <li>{optIns.includes("confirm") ? t("consent.newContacts") : t("consent.directOnly", { title })}</li>
            <li>{t("consent.existing", { title })}</li>
            <li>{t("consent.never", { title })}</li>
          </ul>
        </>
      ) : null}
    </Section>
  );
};

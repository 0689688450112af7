/** A run to try a rule: two values, typed or a customer's own, and what would happen. Nothing is sent. */
import { Text } from "@saleor/macaw-ui";
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView, ChangeTrial as Trial } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Field } from "../parts/field";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { useProviderText } from "../text";
import { type ChangeDraft, changeRuleOf } from "./change-drafts";

interface ChangeTrialProps {
  draft: ChangeDraft;
  connection: ConnectionView;
}

const NOTHING = { who: "", before: "", after: "" };

export const ChangeTrial = ({ draft, connection }: ChangeTrialProps) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const [typed, setTyped] = useState(NOTHING);
  const [asked, setAsked] = useState<(typeof NOTHING & { rule: NonNullable<ReturnType<typeof changeRuleOf>> }) | null>(null);
  const rule = changeRuleOf({ ...draft, on: true });
  const query = useQuery(
    useTRPC().mapping.tryChange.queryOptions(
      asked ? { id: connection.id, ...asked } : { id: connection.id, rule: rule ?? NO_RULE, ...NOTHING },
      { enabled: asked !== null, refetchOnWindowFocus: false, gcTime: 0 },
    ),
  );
  if (!permissions.manageUsers) return null;
  const set = (change: Partial<typeof NOTHING>) => {
    setTyped((before) => ({ ...before, ...change }));
    setAsked(null);
  };
  const ask = () => rule && setAsked({ ...typed, who: typed.who.trim(), rule });
  // An answer is about the rule as it was asked about.
  const isOfNow = asked !== null && JSON.stringify(rule) === JSON.stringify(asked.rule);
  return (
    <details className="crm-fold">
      <summary>{t("changes.try")}</summary>
      <div className="crm-rule-more">
        <Field
          label={t("changes.tryBefore")}
          value={typed.before}
          autoComplete="off"
          onChange={(event) => set({ before: event.target.value })}
        />
        <Field
          label={t("changes.tryAfter")}
          value={typed.after}
          autoComplete="off"
          onChange={(event) => set({ after: event.target.value })}
        />
        <Field
          label={t("changes.tryWho")}
          help={t("changes.tryWhoHelp")}
          value={typed.who}
          autoComplete="off"
          onChange={(event) => set({ who: event.target.value })}
        />
      </div>
      <div className="crm-change-try">
        <BusyButton variant="secondary" size="small" isBusy={isOfNow && query.isFetching} disabled={!rule} onClick={ask}>
          {t("changes.tryNow")}
        </BusyButton>
        <div role="status">
          {rule ? null : (
            <Text as="p" size={2} color="default2">
              {t("changes.tryNeeds")}
            </Text>
          )}
          {isOfNow && query.isError ? <Text as="p">{t("settings.appDidNotAnswer")}</Text> : null}
          {isOfNow && query.data && !query.isFetching ? <Said trial={query.data} connection={connection} /> : null}
        </div>
      </div>
    </details>
  );
};

/** Stands in a question that is not asked. */
const NO_RULE = {
  id: "nothing",
  source: { kind: "private" as const, key: "-" },
  when: { kind: "changed" as const },
  actions: [{ kind: "add_tag" as const, tag: "-" }],
};

const Said = ({ trial, connection }: { trial: Trial; connection: ConnectionView }) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  if (trial.kind === "not_found") return <Text as="p">{t("mapping.notFound")}</Text>;
  if (trial.kind === "unavailable") return <Text as="p">{text.reason(trial.reason)}</Text>;
  const { what, value, skipped, problems } = trial;
  return (
    <>
      {skipped ? <Text as="p">{t("mapping.skipped", { reason: text.reason(skipped) })}</Text> : null}
      <Text as="p" size={3} fontWeight="medium">
        {t(`changes.tried.${what}`, { value })}
      </Text>
      {what === "fires" ? <WouldDo {...trial} /> : null}
      {problems.map((code) => (
        <p key={code} className="crm-problem">
          <TriangleAlert size={14} color="var(--mu-colors-text-warning1)" aria-hidden />
          <span>{text.reason(code)}</span>
        </p>
      ))}
    </>
  );
};

const WouldDo = ({ addTags, removeTags, fields, events }: Extract<Trial, { kind: "trial" }>) => {
  const t = useTranslations();
  const told = (properties: Record<string, string>) =>
    Object.entries(properties)
      .map(([name, value]) => `${name}: ${value}`)
      .join(", ");
  return (
    <ul className="crm-list">
      {addTags.map((tag) => (
        <li key={`+${tag}`}>{t("changes.would.add_tag", { tag })}</li>
      ))}
      {removeTags.map((tag) => (
        <li key={`-${tag}`}>{t("changes.would.remove_tag", { tag })}</li>
      ))}
      {fields.map(({ id, value }) => (
        <li key={id}>{t("changes.would.set_field", { field: id, value })}</li>
      ))}
      {events.map(({ name, properties }) => (
        <li key={name}>{t("changes.would.send_event", { name, told: told(properties) })}</li>
      ))}
    </ul>
  );
};

import { Button, Combobox, Skeleton } from "@saleor/macaw-ui";
import { useFormatter } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { Callout } from "../parts/callout";
import { FieldNote } from "../parts/field";
import { useProviderText, useWords } from "../text";
import { type TargetOption, type Targets, useRequiredFields } from "./use-targets";

interface TargetFieldProps {
  label: string;
  help: string | null;
  value: string;
  problem?: string | undefined;
  connection: ConnectionView;
  targets: Targets;
  readOnly: boolean;
  onChange(value: string): void;
}

/** All targets, the saved one chosen, whatever could or could not be loaded. */
export const TargetField = (p: TargetFieldProps) => {
  const t = useWords(p.connection.provider);
  const { targets, connection, value } = p;
  const optionOf = useOption(connection.provider);
  if (targets.isLoading) return <Skeleton __height="52px" aria-busy />;
  const saved = connection.target?.id === value && value !== "" ? connection.target : null;
  const isGone = targets.targets !== null && saved !== null && !targets.targets.some(({ id }) => id === saved.id);
  const options = targets.targets?.map(optionOf) ?? (saved ? [{ value: saved.id, label: saved.name }] : []);
  const chosen = options.find((option) => option.value === value) ?? (saved ? { value: saved.id, label: saved.name } : null);
  const problem = isGone ? t("settings.targetGone", { target: saved?.name ?? "" }) : p.problem;
  return (
    <>
      {targets.targets?.length === 0 ? <Callout tone="warning" title={t("settings.noTargets", { title: connection.title })} /> : null}
      <div>
        <Combobox
          label={p.label}
          size="medium"
          value={chosen}
          options={options}
          disabled={p.readOnly || options.length === 0}
          error={Boolean(problem)}
          onChange={(option) => option && p.onChange(typeof option === "string" ? option : option.value)}
        />
        <FieldNote problem={problem} help={p.help} />
      </div>
      {targets.failure ? <TargetsFailed connection={connection} targets={targets} /> : null}
      <Notes connection={connection} target={targets.targets?.find(({ id }) => id === value)} />
    </>
  );
};

function useOption(provider: string) {
  const t = useWords(provider);
  const format = useFormatter();
  return ({ id, name, contacts }: TargetOption) => ({
    value: id,
    label: contacts === null ? name : t("settings.targetWithContacts", { name, contacts: format.number(contacts) }),
  });
}

const TargetsFailed = ({ connection, targets }: { connection: ConnectionView; targets: Targets }) => {
  const t = useWords(connection.provider);
  const text = useProviderText(connection.provider, connection.title);
  const { target } = connection;
  return (
    <Callout
      tone="warning"
      title={target ? t("settings.targetsFailedSaved", { target: target.name }) : t("settings.targetsFailed")}
      isNews
      actions={
        <Button variant="secondary" size="small" onClick={targets.reload}>
          {t("common.tryAgain")}
        </Button>
      }
    >
      {targets.failure?.reason ? text.reason(targets.failure.reason) : t("settings.appDidNotAnswer")}
    </Callout>
  );
};

/** What the merchant should know about this target before customers go there. */
const Notes = ({ connection, target }: { connection: ConnectionView; target: TargetOption | undefined }) => {
  const text = useProviderText(connection.provider, connection.title);
  const required = useRequiredFields(connection, target?.id ?? "");
  const codes = [...(target?.notes ?? []), ...required.map((label) => `requires_field:${label}`)];
  const said = codes.flatMap((code) => text.note(code) ?? []);
  return (
    <>
      {said.map((note) => (
        <Callout key={note} tone="warning" title={note} />
      ))}
    </>
  );
};

/** One form, one save bar, drawn from what the provider describes. Live sync and Disconnect act at once, beside it. */
import { zodResolver } from "@hookform/resolvers/zod";
import { Text } from "@saleor/macaw-ui";
import { type KeyboardEvent, type ReactNode, useEffect, useState } from "react";
import { FormProvider, type Resolver, useForm } from "react-hook-form";
import { useTranslations } from "use-intl";
import { z } from "zod";
import type { ConnectionView, FormColumn, FormField, SettingsView, SettingValue } from "@/dashboard/api/views";
import { Confirm } from "../parts/confirm";
import { SaveBar } from "../parts/save-bar";
import { Section } from "../parts/section";
import { useInfo } from "../shell/info";
import { useGo, useLeaveGuard } from "../shell/leave";
import { useProviderText, useWords } from "../text";
import { AccountCard } from "./account-card";
import { DangerZone } from "./danger-zone";
import { LiveHint, LiveToggle, UnsyncedNote } from "./live-toggle";
import { ReloadTargets } from "./reload-targets";
import { SaveProblem } from "./save-problem";
import { SettingField } from "./setting-field";
import { useSave } from "./use-save";
import { useTargets } from "./use-targets";

export type SettingsValues = Record<string, SettingValue>;

interface SettingsFormProps {
  connection: ConnectionView;
  settings: SettingsView;
  frame(footer: ReactNode, children: ReactNode): ReactNode;
  onReload(): void;
}

export const SettingsForm = ({ connection, settings, frame, onReload }: SettingsFormProps) => {
  const t = useWords(connection.provider);
  const go = useGo();
  const text = useProviderText(connection.provider, connection.title);
  const { permissions } = useInfo();
  const form = useForm<SettingsValues>({
    defaultValues: startingValues(settings),
    resolver: zodResolver(schemaOf(settings.fields)) as Resolver<SettingsValues>,
  });
  const targets = useTargets(connection);
  const save = useSave({ connection, settings, form });
  const changed = changedNames(settings.fields, form.formState.dirtyFields).map((name) => labelOf(settings.fields, name, text.say));
  useGuard(changed.length > 0 ? changed.join(", ") : null);

  const targetField = settings.fields.find(({ kind }) => kind === "target");
  const [question, setQuestion] = useState<{ values: SettingsValues; name: string } | null>(null);
  const submit = form.handleSubmit((values) => {
    const wanted = targetField ? values[targetField.name] : undefined;
    const isMoved = connection.target && typeof wanted === "string" && wanted !== "" && wanted !== connection.target.id;
    if (isMoved) setQuestion({ values, name: targets.nameOf(wanted) });
    else save.send(values);
  });
  const readOnly = !permissions.manageApps;
  /** The provider's own words; tags have the same key everywhere. */
  const hintOf = (section: string) => {
    if (section === "live") return <LiveHint connection={connection} />;
    const ofTags = section === "tags" ? t("settings.tagsHint", { key: `${connection.provider}_tags` }) : null;
    return text.say(`hints.${section}`) ?? ofTags;
  };
  const savesByKeys = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void submit();
  };

  const footer = readOnly ? null : (
    <SaveBar
      changes={changed}
      isSaving={save.isSaving}
      saves={save.saves}
      canSave={!targets.isLoading}
      callout={
        save.problem ? <SaveProblem problem={save.problem} connection={connection} values={form.getValues()} onReload={onReload} /> : null
      }
      onBack={() => go(`/c/${connection.id}`)}
    />
  );
  return (
    <FormProvider {...form}>
      <form onSubmit={submit} onKeyDown={savesByKeys} noValidate>
        {frame(
          footer,
          <div className="crm-columns">
            <Rail title={connection.title} />
            <div className="crm-stack">
              <AccountCard connection={connection} readOnly={readOnly} />
              {sectionsOf(settings.fields).map((section) => {
                const heading = text.say(`sections.${section}`) ?? t("settings.general");
                return (
                  <Section
                    key={section}
                    title={heading}
                    hint={hintOf(section)}
                    end={
                      section === "live" ? (
                        <LiveToggle connection={connection} readOnly={readOnly} />
                      ) : targetField?.section === section && !readOnly ? (
                        <ReloadTargets provider={connection.provider} targets={targets} />
                      ) : null
                    }
                  >
                    {section === "live" ? <UnsyncedNote connection={connection} /> : null}
                    {settings.fields
                      .filter((field) => field.section === section)
                      .map((field) => (
                        <SettingField
                          key={field.name}
                          field={field}
                          heading={heading}
                          connection={connection}
                          targets={targets}
                          readOnly={readOnly}
                        />
                      ))}
                  </Section>
                );
              })}
              {readOnly ? null : <DangerZone connection={connection} />}
            </div>
          </div>,
        )}
      </form>
      <Confirm
        open={question !== null}
        title={t("settings.moveTitle", { target: question?.name ?? "" })}
        body={<MoveBody connection={connection} target={question?.name ?? ""} />}
        back={t("common.back")}
        verb={t("settings.moveVerb")}
        onBack={() => setQuestion(null)}
        onConfirm={() => {
          if (question) save.send(question.values);
          setQuestion(null);
        }}
      />
    </FormProvider>
  );
};

const MoveBody = ({ connection, target }: { connection: ConnectionView; target: string }) => {
  const t = useTranslations();
  const isUnderWay = connection.run?.state === "running" || connection.run?.state === "paused";
  return (
    <Text as="p" size={3}>
      {t("settings.move", { before: connection.target?.name ?? "", target })} {isUnderWay ? t("settings.moveRun") : ""}
    </Text>
  );
};

const Rail = ({ title }: { title: string }) => {
  const t = useTranslations();
  return (
    <div className="crm-rail">
      <Text as="p" size={3} color="default2">
        {t("settings.rail", { title })}
      </Text>
      <Text as="p" size={3} color="default2">
        {t("settings.railStatus")}
      </Text>
    </div>
  );
};

/** The live card stands even where a provider has no setting of its own in it. */
export function sectionsOf(fields: FormField[]): string[] {
  const sections = [...new Set(fields.map(({ section }) => section))];
  if (!sections.includes("live")) sections.splice(1, 0, "live");
  return sections;
}

export function startingValues({ fields, values }: SettingsView): SettingsValues {
  return Object.fromEntries(fields.map((field) => [field.name, startOf(field, values[field.name] ?? field.default)]));
}

function startOf(field: FormField, value: SettingValue): SettingValue {
  if (field.kind === "rows") return Array.isArray(value) ? value : [];
  return field.kind === "toggle" ? value === true : String(value);
}

function schemaOf(fields: FormField[]) {
  return z.object(
    Object.fromEntries(
      fields.map((field) => {
        if (field.kind === "toggle") return [field.name, z.boolean()];
        if (field.kind === "rows") return [field.name, z.array(z.object(Object.fromEntries(field.columns.map(cellOf))))];
        if (field.kind === "choice") return [field.name, z.enum(field.options.map(({ value }) => value))];
        return [field.name, field.optional || field.kind === "target" ? z.string() : z.string().min(1)];
      }),
    ),
  );
}

const cellOf = ({ name, optional }: FormColumn) => [name, optional ? z.string() : z.string().trim().min(1)] as const;

const changedNames = (fields: FormField[], dirty: Readonly<Record<string, unknown>>) =>
  fields.filter(({ name }) => isDirty(dirty[name])).map(({ name }) => name);

/** Of a table every cell is told; one is enough. */
function isDirty(told: unknown): boolean {
  return typeof told === "object" && told !== null ? Object.values(told).some(isDirty) : told === true;
}

function labelOf(fields: FormField[], name: string, say: (key: string) => string | null): string {
  const key = fields.find((field) => field.name === name)?.labelKey;
  return (key ? say(key) : null) ?? name;
}

function useGuard(unsaved: string | null): void {
  const guard = useLeaveGuard();
  useEffect(() => {
    guard(unsaved);
    return () => guard(null);
  }, [guard, unsaved]);
}

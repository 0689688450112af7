/** Drawn from the fields the provider describes: nothing here knows a vendor. */
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { Controller, useForm } from "react-hook-form";
import { z } from "zod";
import type { FormField, KeyResult, ProviderInfo } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Callout } from "../parts/callout";
import { Failed } from "../parts/failed";
import { Field } from "../parts/field";
import { useTRPC } from "../shell/api";
import { useProviderText, useWords } from "../text";
import type { Granted } from "./connect-page";

interface KeyFormProps {
  provider: ProviderInfo;
  isPrimary: boolean;
  onGranted(granted: Granted): void;
}

type Values = Record<string, string>;

/** With several fields the optional ones may stay empty; a form with one field is about that field. */
const schemaOf = (fields: FormField[]) =>
  z.object(
    Object.fromEntries(
      fields.map(({ name, optional }) => [name, optional && fields.length > 1 ? z.string().trim() : z.string().trim().min(1)]),
    ),
  );

export const KeyForm = ({ provider, isPrimary, onGranted }: KeyFormProps) => {
  const t = useWords(provider.id);
  const text = useProviderText(provider.id, provider.title);
  const fields = provider.credentialFields;
  const form = useForm<Values>({
    defaultValues: Object.fromEntries(fields.map((field) => [field.name, typeof field.default === "string" ? field.default : ""])),
    resolver: zodResolver(schemaOf(fields)),
  });
  const connect = useMutation(useTRPC().connect.withKey.mutationOptions({ onSuccess: (answer) => heard(answer) }));
  const heard = (answer: KeyResult) => {
    if (answer.kind === "granted") return onGranted(answer);
    const name = answer.field ?? (fields.length === 1 ? fields[0]?.name : undefined);
    if (name) form.setError(name, { message: text.error(answer.reason) }, { shouldFocus: true });
  };
  const problemOf = (name: string) => {
    const problem = form.formState.errors[name];
    return problem ? (problem.type === "too_small" ? t("connect.keyNeeded") : problem.message) : undefined;
  };
  const refused = connect.data?.kind === "refused" ? connect.data : null;
  return (
    <form
      className="crm-stack"
      style={{ gap: 16, maxWidth: "32rem" }}
      noValidate
      onSubmit={form.handleSubmit((credentials) => connect.mutate({ provider: provider.id, credentials }))}
    >
      {fields.map((field) => (
        <Controller
          key={field.name}
          name={field.name}
          control={form.control}
          render={({ field: { ref, ...input } }) => (
            <Field
              {...input}
              label={text.say(field.labelKey) ?? field.name}
              type={field.kind === "secret" ? "password" : "text"}
              suggestions={field.suggestions}
              autoComplete="off"
              spellCheck={false}
              help={field.helpKey ? text.say(field.helpKey) : null}
              problem={problemOf(field.name)}
            />
          )}
        />
      ))}
      {refused?.vendorText ? (
        <Callout tone="warning" title={t("common.vendorSays", { title: provider.title })}>
          <q>{refused.vendorText}</q>
        </Callout>
      ) : refused && !refused.field && fields.length > 1 ? (
        <Callout tone="warning" title={text.error(refused.reason)} isNews />
      ) : null}
      {connect.isError ? (
        <Failed title={t("connect.couldNot", { title: provider.title })} error={connect.error} onRetry={() => connect.reset()} />
      ) : null}
      <div>
        <BusyButton type="submit" variant={isPrimary ? "primary" : "secondary"} isBusy={connect.isPending}>
          {t("connect.withKey")}
        </BusyButton>
      </div>
    </form>
  );
};

import { Controller, type FieldError, get, useFormContext, useWatch } from "react-hook-form";
import { useTranslations } from "use-intl";
import type { ConnectionView, FormField } from "@/dashboard/api/views";
import { Callout } from "../parts/callout";
import { Check } from "../parts/check";
import { Choices } from "../parts/choices";
import { Field, FieldNote } from "../parts/field";
import { useProviderText } from "../text";
import { CheckedField } from "./checked-field";
import { RowsField } from "./rows-field";
import type { SettingsValues } from "./settings-form";
import { TargetField } from "./target-field";
import type { Targets } from "./use-targets";

interface SettingFieldProps {
  field: FormField;
  connection: ConnectionView;
  targets: Targets;
  readOnly: boolean;
  /** Title of the card it stands in. */
  heading: string;
}

export const SettingField = ({ field, connection, targets, readOnly, heading }: SettingFieldProps) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  const { control, formState } = useFormContext<SettingsValues>();
  const label = text.say(field.labelKey) ?? field.name;
  const help = field.helpKey ? text.say(field.helpKey) : null;
  const problemAt = (path: string) => {
    const error = get(formState.errors, path) as FieldError | undefined;
    if (typeof error?.type !== "string") return undefined;
    return error.type === "server" ? String(error.message) : t("settings.needed");
  };
  const problem = problemAt(field.name);
  return (
    <Controller
      name={field.name}
      control={control}
      render={({ field: { value, onChange, onBlur, name } }) => {
        switch (field.kind) {
          case "toggle":
            return <Check label={label} help={help} checked={value === true} disabled={readOnly} onChange={onChange} />;
          case "choice":
            return (
              <>
                <Choices
                  label={label}
                  hidesLabel={label === heading}
                  value={String(value)}
                  disabled={readOnly}
                  onChange={onChange}
                  choices={field.options.map((option) => ({
                    value: option.value,
                    label: text.say(option.labelKey) ?? option.value,
                    help: option.helpKey ? text.say(option.helpKey) : null,
                  }))}
                />
                <ChoiceWarning field={field} connection={connection} />
                <FieldNote help={help} />
              </>
            );
          case "target":
            return (
              <TargetField
                label={label}
                help={help}
                value={String(value)}
                problem={problem}
                connection={connection}
                targets={targets}
                readOnly={readOnly}
                onChange={onChange}
              />
            );
          case "rows":
            return (
              <RowsField
                field={field}
                label={label}
                hidesLabel={label === heading}
                help={help}
                rows={Array.isArray(value) ? value : []}
                problem={problem}
                problemAt={(index, column) => problemAt(`${field.name}.${index}.${column}`)}
                readOnly={readOnly}
                text={text}
                onChange={onChange}
              />
            );
          default: {
            const input = (
              <Field
                name={name}
                label={label}
                help={help}
                problem={problem}
                value={String(value)}
                disabled={readOnly}
                type={field.kind === "secret" ? "password" : "text"}
                suggestions={field.suggestions}
                autoComplete="off"
                onChange={onChange}
                onBlur={onBlur}
              />
            );
            if (!field.check) return input;
            return (
              <CheckedField name={name} label={label} value={String(value)} connection={connection} readOnly={readOnly}>
                {input}
              </CheckedField>
            );
          }
        }
      }}
    />
  );
};

/** A choice may carry a consequence the merchant takes on: `settings.<name>.<option>.warning` in the provider's words. */
const ChoiceWarning = ({ field, connection }: { field: FormField; connection: ConnectionView }) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  const value = String(useWatch<SettingsValues>({ name: field.name }));
  const own = text.say(`settings.${field.name}.${value}.warning`);
  const said = own ?? (value === "subscribed" ? t("settings.subscribedWarning") : null);
  return said ? <Callout tone="warning" title={said} /> : null;
};

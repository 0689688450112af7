import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useFormContext } from "react-hook-form";
import { useTranslations } from "use-intl";
import type { CheckView, ConnectionView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Callout } from "../parts/callout";
import { useTRPC } from "../shell/api";
import { useProviderText } from "../text";
import type { SettingsValues } from "./settings-form";

interface CheckedFieldProps {
  name: string;
  label: string;
  value: string;
  connection: ConnectionView;
  readOnly: boolean;
  children: ReactNode;
}

/** A setting that the provider can be asked about, as it is typed, saved or not. What was said goes as soon as the value changes. */
export const CheckedField = ({ name, label, value, connection, readOnly, children }: CheckedFieldProps) => {
  const t = useTranslations();
  const { getValues } = useFormContext<SettingsValues>();
  const check = useMutation(useTRPC().connections.check.mutationOptions());
  const asked = check.variables?.values[name];
  const isFresh = asked === value;
  return (
    <>
      <div className="crm-checked">
        {children}
        {readOnly ? null : (
          <BusyButton
            type="button"
            variant="secondary"
            size="medium"
            isBusy={check.isPending}
            disabled={value.trim() === "" || connection.account === null}
            aria-label={t("checks.of", { what: label })}
            onClick={() => check.mutate({ id: connection.id, name, values: getValues() })}
          >
            {t("checks.verb")}
          </BusyButton>
        )}
      </div>
      {isFresh && check.data ? <Said answer={check.data} connection={connection} /> : null}
      {isFresh && check.isError ? <Callout tone="warning" title={t("settings.appDidNotAnswer")} isNews /> : null}
    </>
  );
};

const Said = ({ answer, connection }: { answer: CheckView; connection: ConnectionView }) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  if (answer.kind === "ok") return <Callout tone="info" title={text.checked(answer.code)} isNews />;
  return (
    <Callout tone="warning" title={text.reason(answer.reason)} isNews>
      {answer.vendorText ? (
        <>
          {t("common.vendorSays", { title: connection.title })} <q>{answer.vendorText}</q>
        </>
      ) : null}
    </Callout>
  );
};

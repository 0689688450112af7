/** How opt-outs at the provider come back to Saleor. */
import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView, RulesView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Callout } from "../parts/callout";
import { Section } from "../parts/section";
import { useTRPC } from "../shell/api";
import { useProviderText } from "../text";

interface OptOutsProps {
  by: NonNullable<RulesView["optOuts"]>;
  connection: ConnectionView;
  /** Grows with every save of the rules. */
  saves: number;
  readOnly: boolean;
}

export const OptOuts = ({ by, ...rest }: OptOutsProps) => {
  const t = useTranslations();
  const { title } = rest.connection;
  return (
    <Section title={t("consent.optOuts")} hint={t("consent.optOutsHint", { title })}>
      {by.by === "asking" ? (
        <Callout tone="info" title={t("consent.asking", { title, minutes: by.everyMinutes })} />
      ) : (
        <Listening {...rest} />
      )}
    </Section>
  );
};

/** Whether the provider tells us. Asked for after each save, and by hand. */
const Listening = ({ connection, saves, readOnly }: Omit<OptOutsProps, "by">) => {
  const t = useTranslations();
  const { title } = connection;
  const text = useProviderText(connection.provider, title);
  const listen = useMutation(useTRPC().mapping.listen.mutationOptions());
  const { mutate } = listen;
  useEffect(() => {
    if (saves > 0) mutate({ id: connection.id });
  }, [saves, connection.id, mutate]);
  const failed = listen.data?.kind === "failed" ? text.reason(listen.data.reason) : listen.isError ? t("settings.appDidNotAnswer") : null;
  return (
    <>
      {failed ? (
        <Callout tone="warning" title={t("consent.deaf", { title })} isNews>
          {failed}
        </Callout>
      ) : null}
      {listen.data?.kind === "listening" ? <Callout tone="info" title={t("consent.listening", { title })} isNews /> : null}
      {readOnly ? null : (
        <div>
          <BusyButton variant="secondary" isBusy={listen.isPending} onClick={() => mutate({ id: connection.id })}>
            {t("consent.check")}
          </BusyButton>
        </div>
      )}
    </>
  );
};

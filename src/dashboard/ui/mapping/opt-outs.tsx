/** How opt-outs at the provider come back to Saleor. */
import { Text } from "@saleor/macaw-ui";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView, RulesView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Callout } from "../parts/callout";
import { CopyButton } from "../parts/copy-button";
import { Failed } from "../parts/failed";
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
      {by.by === "asking" ? <Callout tone="info" title={t("consent.asking", { title, minutes: by.everyMinutes })} /> : null}
      {by.by === "listening" ? <Listening {...rest} /> : null}
      {by.by === "block" ? <Block {...rest} /> : null}
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

/** The provider tells whoever is set up there by hand. The address ends in a secret, so it is copied and not shown. */
const Block = ({ connection, readOnly }: Omit<OptOutsProps, "by" | "saves">) => {
  const t = useTranslations();
  const { title } = connection;
  const address = useQuery(useTRPC().mapping.inboundAddress.queryOptions({ id: connection.id }, { enabled: !readOnly }));
  if (readOnly) return <Text size={3}>{t("consent.blockReadOnly", { title })}</Text>;
  if (address.isError) return <Failed title={t("consent.noAddress")} error={address.error} onRetry={() => void address.refetch()} />;
  if (!address.data) return null;
  return (
    <>
      <Text as="p" size={3}>
        {t("consent.block", { title })}
      </Text>
      <div className="crm-row">
        <CopyButton text={address.data.url} label={t("consent.copyAddress")} />
        <CopyButton text={address.data.block} label={t("consent.copyBlock")} />
      </div>
      <Text as="p" size={2} color="default2">
        {t("consent.blockHint")}
      </Text>
    </>
  );
};

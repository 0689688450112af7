import { Button, Text } from "@saleor/macaw-ui";
import { useFormatter, useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { Callout } from "../parts/callout";
import { Section } from "../parts/section";
import { useGo } from "../shell/leave";
import { useHealthText } from "../status/health-text";

export const AccountCard = ({ connection, readOnly }: { connection: ConnectionView; readOnly: boolean }) => {
  const t = useTranslations();
  const format = useFormatter();
  const go = useGo();
  const said = useHealthText(connection);
  const { account, health, provider } = connection;
  const isBroken = health === "reconnect" || health === "unreadable";
  return (
    <Section
      title={t("settings.account")}
      end={
        readOnly ? null : (
          <Button variant={isBroken ? "primary" : "secondary"} size="small" onClick={() => go(`/connect/${provider}`)}>
            {account || isBroken ? t("overview.reconnect") : t("overview.connect")}
          </Button>
        )
      }
    >
      {isBroken && said ? (
        <Callout tone="error" title={said.title}>
          {said.text}
        </Callout>
      ) : null}
      <Text as="p" size={3}>
        {account
          ? t(account.by === "oauth" ? "settings.bySignIn" : "settings.byKey", {
              name: account.name,
              detail: account.detail,
              ending: account.credentialEnding ?? "",
              date: format.dateTime(new Date(account.connectedAt), { dateStyle: "long" }),
            })
          : t("settings.noAccount")}
      </Text>
    </Section>
  );
};

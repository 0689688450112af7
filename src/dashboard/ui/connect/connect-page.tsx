import { Text } from "@saleor/macaw-ui";
import { Lock, Plug } from "lucide-react";
import { useRouter } from "next/router";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AccountView, ProviderInfo } from "@/dashboard/api/views";
import { Empty } from "../parts/empty";
import { Page } from "../parts/page";
import { Section } from "../parts/section";
import { SetupBar } from "../setup/setup-bar";
import { useInfo, useProvider } from "../shell/info";
import { useWords } from "../text";
import { ConfirmAccount } from "./confirm-account";
import { KeyForm } from "./key-form";
import { SignIn } from "./sign-in";

/** What the vendor granted and nobody has confirmed yet. */
export interface Granted {
  attemptId: string;
  account: AccountView;
}

export const ConnectPage = () => {
  const t = useTranslations();
  const { query } = useRouter();
  const provider = useProvider(String(query.provider));
  const { permissions } = useInfo();
  if (!provider) {
    return (
      <Page title={t("connect.unknown")} hasWayBack>
        <Empty icon={<Plug size={20} />} title={t("connect.unknown")} text={t("connect.unknownText")} />
      </Page>
    );
  }
  return (
    <Page title={t("connect.title", { title: provider.title })} hasWayBack>
      <SetupBar step="connect" />
      {permissions.manageApps ? (
        <Connect provider={provider} />
      ) : (
        <Empty icon={<Lock size={20} />} title={t("permission.manageApps")} text={t("permission.whoGives")} />
      )}
    </Page>
  );
};

const Connect = ({ provider }: { provider: ProviderInfo }) => {
  const [granted, setGranted] = useState<Granted | null>(null);
  const t = useWords(provider.id);
  const { title } = provider;
  if (granted) return <ConfirmAccount provider={provider} granted={granted} onOther={() => setGranted(null)} />;
  return (
    <div className="crm-columns">
      <div className="crm-rail">
        <Text as="h2" size={4} fontWeight="medium">
          {t("connect.whatHappens")}
        </Text>
        <Text as="p" size={3} color="default2">
          {t("connect.explained", { title })}
        </Text>
        <details className="crm-fold">
          <summary>{t("connect.whatIsSent")}</summary>
          <Text as="p" size={3} color="default2">
            {t("connect.sent", { title })}
          </Text>
        </details>
      </div>
      <div className="crm-stack">
        {provider.connectBy.includes("oauth") ? (
          <WithSignIn provider={provider} onGranted={setGranted} />
        ) : (
          <Section title={t("connect.withKeyTitle", { title })} hint={t("connect.noSignIn", { title })}>
            <KeyForm provider={provider} isPrimary onGranted={setGranted} />
          </Section>
        )}
      </div>
    </div>
  );
};

const WithSignIn = ({ provider, onGranted }: { provider: ProviderInfo; onGranted(granted: Granted): void }) => {
  const t = useTranslations();
  return (
    <Section title={t("connect.withAccount", { title: provider.title })}>
      <SignIn provider={provider} onGranted={onGranted} />
      {provider.connectBy.includes("key") ? (
        <details className="crm-fold">
          <summary>{t("connect.useKey")}</summary>
          <KeyForm provider={provider} isPrimary={false} onGranted={onGranted} />
        </details>
      ) : null}
    </Section>
  );
};

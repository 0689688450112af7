import { Button, Text } from "@saleor/macaw-ui";
import { Plug } from "lucide-react";
import { useTranslations } from "use-intl";
import type { ProviderInfo } from "@/dashboard/api/views";
import { ProviderLogo } from "../parts/provider-logo";
import { Section } from "../parts/section";
import { useGo } from "../shell/leave";
import { useProviderText } from "../text";

interface AddProviderProps {
  providers: ProviderInfo[];
  /** Nothing is connected yet: the first Connect is the page's one next step. */
  isFirst: boolean;
  mayManage: boolean;
  /** Where the first run asks for it. */
  title?: string;
  hint?: string;
}

export const AddProvider = ({ providers, isFirst, mayManage, title, hint }: AddProviderProps) => {
  const t = useTranslations();
  return (
    <Section title={title ?? t("overview.addProvider")} hint={hint}>
      {providers.map((provider, index) => (
        <ProviderRow key={provider.id} provider={provider} isPrimary={isFirst && index === 0} mayManage={mayManage} />
      ))}
    </Section>
  );
};

const ProviderRow = ({ provider, isPrimary, mayManage }: { provider: ProviderInfo; isPrimary: boolean; mayManage: boolean }) => {
  const t = useTranslations();
  const go = useGo();
  const text = useProviderText(provider.id, provider.title);
  return (
    <div className="crm-provider">
      <ProviderLogo id={provider.id} />
      <div>
        <Text as="h3" size={4} fontWeight="medium">
          {provider.title}
        </Text>
        <Text as="p" size={3} color="default2">
          {text.say("tagline")}
        </Text>
      </div>
      {mayManage ? (
        <Button
          variant={isPrimary ? "primary" : "secondary"}
          icon={<Plug size={16} aria-hidden />}
          onClick={() => go(`/connect/${provider.id}`)}
          aria-label={t("overview.connectProvider", { title: provider.title })}
        >
          {t("overview.connect")}
        </Button>
      ) : null}
    </div>
  );
};

import { Text } from "@saleor/macaw-ui";
import { useTranslations } from "use-intl";
import type { InspectView } from "@/dashboard/api/views";
import { Rows } from "../parts/rows";
import { Section } from "../parts/section";
import { useClockTime } from "../parts/when";
import { useProviderText } from "../text";

export const SaleorSays = ({ seen }: { seen: Extract<InspectView, { kind: "record" }> }) => {
  const t = useTranslations();
  const clock = useClockTime();
  const text = useProviderText("", "Saleor");
  const { saleor } = seen;
  if (saleor.kind !== "found") {
    return (
      <Section title={t("inspect.saleor")}>
        <Text as="p" size={3}>
          {saleor.kind === "not_found" ? t("inspect.notInSaleor") : text.reason(saleor.reason)}
        </Text>
      </Section>
    );
  }
  const label = (key: string) =>
    key.startsWith("metadata:") ? t("inspect.metadata", { key: key.slice("metadata:".length) }) : t(`inspect.fact.${key}`);
  const value = (key: string, said: string) => {
    if (key === "updatedAt") return clock(said);
    return said === "yes" || said === "no" ? t(`inspect.${said}`) : said;
  };
  return (
    <Section title={t("inspect.saleor")}>
      <Rows rows={saleor.facts.map((fact) => ({ label: label(fact.key), value: value(fact.key, fact.value) }))} />
    </Section>
  );
};

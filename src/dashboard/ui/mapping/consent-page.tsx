import { useTranslations } from "use-intl";
import { ConsentForm } from "./consent-form";
import { RulesPage } from "./rules-page";

export const ConsentPage = () => {
  const t = useTranslations();
  return (
    <RulesPage current="consent" title={t("nav.consent")}>
      {(parts) => <ConsentForm {...parts} />}
    </RulesPage>
  );
};

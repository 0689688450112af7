import { useTranslations } from "use-intl";
import { FieldsForm } from "./fields-form";
import { RulesPage } from "./rules-page";

export const FieldsPage = () => {
  const t = useTranslations();
  return (
    <RulesPage current="fields" title={t("nav.fields")}>
      {(parts) => <FieldsForm {...parts} />}
    </RulesPage>
  );
};

/** The person's own language, kept on the server; without one it is the Dashboard's. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslations } from "use-intl";
import { useTRPC } from "./api";
import { useDashboard } from "./dashboard";
import { useInfo } from "./info";
import { chooseLanguage, LANGUAGES } from "./locale";

export const LanguageChoice = () => {
  const t = useTranslations();
  const id = useId();
  const { app } = useTRPC();
  const { language } = useInfo();
  const { failed } = useDashboard();
  const queryClient = useQueryClient();
  const choose = useMutation(
    app.setLanguage.mutationOptions({
      onMutate: ({ language: wanted }) => chooseLanguage(wanted),
      onSuccess: () => queryClient.invalidateQueries(app.info.queryFilter()),
      onError: () => {
        chooseLanguage(language);
        failed(t("language.couldNot"), t("common.nothingLost"));
      },
    }),
  );
  const shown = choose.isPending ? choose.variables.language : language;
  return (
    <div className="crm-row">
      <label htmlFor={id}>{t("language.label")}</label>
      <select
        id={id}
        className="crm-select"
        value={shown ?? ""}
        onChange={({ target }) => choose.mutate({ language: LANGUAGES.find((known) => known === target.value) ?? null })}
      >
        <option value="">{t("language.asDashboard")}</option>
        {LANGUAGES.map((known) => (
          <option key={known} value={known} lang={known}>
            {t(`language.${known}`)}
          </option>
        ))}
      </select>
    </div>
  );
};

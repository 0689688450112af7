import { useFormatter, useTranslations } from "use-intl";
import { missingOf, statusOf } from "../shell/answers";
import { Button } from "./button";
import { Note } from "./note";

interface TroubleProps {
  heading: string;
  error: unknown;
  /** A pop-up's session is never renewed: it has to be opened again. */
  isPopup: boolean;
  onRetry(): void;
}

/** Why the rows could not be shown. */
export const Trouble = ({ heading, error, isPopup, onRetry }: TroubleProps) => {
  const t = useTranslations();
  const format = useFormatter();
  const status = statusOf(error);
  if (status === 403) {
    const names = missingOf(error).names.map((name) => t(`permission.${name}`));
    return <Note heading={heading} title={t("permission.missing", { list: format.list(names) })} text={t("permission.whoGives")} />;
  }
  if (status === 401) return <Note heading={heading} title={isPopup ? t("standing.openTooLong") : t("shell.sessionOver")} />;
  return (
    <Note
      heading={heading}
      title={t("standing.couldNot")}
      text={t("standing.nothingLost")}
      action={<Button onClick={onRetry}>{t("common.tryAgain")}</Button>}
    />
  );
};

/** Stands in place of what could not be loaded: the rest of the page goes on working. */
import { Button } from "@saleor/macaw-ui";
import { useFormatter, useTranslations } from "use-intl";
import { missingOf, statusOf } from "../shell/answers";
import { Callout } from "./callout";
import { CopyButton } from "./copy-button";

interface FailedProps {
  title: string;
  error: unknown;
  onRetry(): void;
}

export const Failed = ({ title, error, onRetry }: FailedProps) => {
  const t = useTranslations();
  const format = useFormatter();
  const status = statusOf(error);
  if (status === 403) {
    const { names, isAny } = missingOf(error);
    const list = format.list(
      names.map((name) => t(`permission.${name}`)),
      { type: isAny ? "disjunction" : "conjunction" },
    );
    return (
      <Callout tone="info" title={t("permission.missing", { list })}>
        {t("permission.whoGives")}
      </Callout>
    );
  }
  if (status === 404) {
    return (
      <Callout tone="info" title={t("failed.gone")}>
        {t("failed.goneText")}
      </Callout>
    );
  }
  const details = t("common.detailsText", {
    status: status === null ? t("common.noAnswer") : String(status),
    time: new Date().toISOString(),
  });
  return (
    <Callout
      tone="error"
      title={title}
      isNews
      actions={
        <Button variant="secondary" size="small" onClick={onRetry}>
          {t("common.tryAgain")}
        </Button>
      }
    >
      <p style={{ margin: 0 }}>{t("common.nothingLost")}</p>
      <details>
        <summary>{t("common.details")}</summary>
        <span className="crm-row">
          <code>{details}</code>
          <CopyButton text={details} label={t("common.copy")} />
        </span>
      </details>
    </Callout>
  );
};

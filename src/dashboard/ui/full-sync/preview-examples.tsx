import { Fragment } from "react";
import { useTranslations } from "use-intl";
import type { Preview } from "./estimate";

export const PreviewExamples = ({ title, examples }: { title: string; examples: Preview["examples"] }) => {
  const t = useTranslations();
  return (
    <details className="crm-fold">
      <summary>{t("fullSync.preview.examples", { count: examples.length })}</summary>
      <table className="crm-table">
        <caption className="crm-hidden">{t("fullSync.preview.caption")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("fullSync.preview.field")}</th>
            <th scope="col">{t("fullSync.preview.ours")}</th>
            <th scope="col">{title}</th>
          </tr>
        </thead>
        <tbody>
          {examples.map((one) => (
            <Fragment key={one.customerId}>
              <tr className="crm-group">
                <th scope="rowgroup" colSpan={3}>
                  {one.email}
                </th>
              </tr>
              {one.differences.map(({ field, ours, theirs }) => (
                <tr key={field}>
                  <td>{field === "tags" ? t("fullSync.preview.tags") : field}</td>
                  <td>{ours || t("fullSync.preview.empty")}</td>
                  <td>{theirs || t("fullSync.preview.empty")}</td>
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </details>
  );
};

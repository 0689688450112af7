import { Text } from "@saleor/macaw-ui";
import { useFormatter, useTranslations } from "use-intl";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import { Pill } from "../parts/pill";
import { useClockTime } from "../parts/when";
import { AppLink } from "../shell/leave";
import { changedBy, notSentBy, useRunFacts } from "./run-facts";

export const RunsTable = ({ connection, runs }: { connection: ConnectionView; runs: RunView[] }) => {
  const t = useTranslations();
  return (
    <table className="crm-table crm-runs">
      <caption className="crm-hidden">{t("runs.caption")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("runs.started")}</th>
          <th scope="col">{t("runs.result")}</th>
          <th scope="col" className="crm-wide">
            {t("runs.by")}
          </th>
          {["customers", "changed", "notSent", "took", "rate"].map((name) => (
            <th key={name} scope="col" className="crm-number crm-wide">
              {t(`runs.${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <RunRow key={run.id} connection={connection} run={run} />
        ))}
      </tbody>
    </table>
  );
};

const RunRow = ({ connection, run }: { connection: ConnectionView; run: RunView }) => {
  const t = useTranslations();
  const format = useFormatter();
  const clock = useClockTime();
  const facts = useRunFacts();
  const { tone, word } = facts.result(run);
  const rate = facts.rate(run);
  const numbers = [run.done, changedBy(run), notSentBy(run)].map((count) => format.number(count));
  const figures = [...numbers, facts.took(run), rate === null ? t("syncOne.empty") : format.number(rate)];
  return (
    <tr>
      <th scope="row">
        <AppLink href={`/c/${connection.id}/runs?run=${run.id}`}>{clock(run.startedAt)}</AppLink>
      </th>
      <td>
        <Pill tone={tone}>{word}</Pill>
        <Text as="p" size={2} color="default2" className="crm-narrow">
          {t("fullSync.doneOnly", { done: run.done })}
        </Text>
      </td>
      <td className="crm-wide">{facts.by(run)}</td>
      {figures.map((figure, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the columns of the table, always in this order
        <td key={index} className="crm-number crm-wide">
          {figure}
        </td>
      ))}
    </tr>
  );
};

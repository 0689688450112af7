/** The filtered rows as a file. Names and e-mails only when asked for: read from Saleor here, as the person who asks. */
import { Button } from "@saleor/macaw-ui";
import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { csvOf } from "../full-sync/csv";
import { useSaleorAccess } from "../full-sync/run-driver-provider";
import { Choices } from "../parts/choices";
import { Confirm } from "../parts/confirm";
import { saveFile } from "../parts/save-file";
import { type CustomerName, readNames } from "../saleor/names";
import { useTRPCClient } from "../shell/api";
import { useDashboard } from "../shell/dashboard";
import { useInfo } from "../shell/info";
import { useProviderText } from "../text";
import type { ActivityFilter } from "./use-filter";

interface ExportCsvProps {
  connection: ConnectionView;
  filter: ActivityFilter;
  count: number;
}

export const ExportCsv = ({ connection, filter, count }: ExportCsvProps) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const [isAsked, setAsked] = useState(false);
  const [names, setNames] = useState("without");
  const download = useExport(connection, filter, () => setAsked(false));
  if (!permissions.manageApps || !permissions.manageUsers || count === 0) return null;
  return (
    <>
      <Button variant="secondary" size="small" icon={<Download size={16} aria-hidden />} onClick={() => setAsked(true)}>
        {t("fullSync.csv")}
      </Button>
      <Confirm
        open={isAsked}
        busy={download.isPending}
        title={t("activity.csvTitle", { count })}
        body={
          <Choices
            label={t("activity.csvNames")}
            value={names}
            choices={[
              { value: "without", label: t("activity.csvWithout"), help: t("activity.csvWithoutHelp") },
              { value: "with", label: t("activity.csvWith"), help: t("activity.csvWithHelp") },
            ]}
            onChange={setNames}
          />
        }
        back={t("common.back")}
        verb={t("activity.csvVerb")}
        onBack={() => setAsked(false)}
        onConfirm={() => download.mutate(names === "with")}
      />
    </>
  );
};

function useExport(connection: ConnectionView, filter: ActivityFilter, done: () => void) {
  const t = useTranslations();
  const api = useTRPCClient();
  const access = useSaleorAccess();
  const text = useProviderText(connection.provider, connection.title);
  const { failed } = useDashboard();
  return useMutation({
    mutationFn: async (withNames: boolean) => {
      const lines: string[][] = [];
      let after: string | null = null;
      do {
        const asked = { id: connection.id, state: filter.state, reason: filter.reason, after, withNames };
        const page: Awaited<ReturnType<typeof api.activity.export.mutate>> = await api.activity.export.mutate(asked);
        const names = withNames ? await namesOf(page.rows.map(({ customerId }) => customerId)) : new Map<string, CustomerName>();
        for (const row of page.rows) {
          const who = names.get(row.customerId);
          const person = withNames ? [who?.name ?? "", who?.email ?? ""] : [];
          const reason = row.reason ? text.reason(row.reason) : "";
          const state = t(`state.${row.state}`);
          lines.push([row.customerId, ...person, state, row.reason ?? "", reason, row.vendorText ?? "", row.at, row.deliveredAt ?? ""]);
        }
        after = page.next;
      } while (after !== null);
      const columns = ["customer", ...(withNames ? ["name", "email"] : []), "state", "code", "reason", "vendor", "time", "sent"];
      const head = columns.map((column) => t(`csv.${column}`));
      const name = t("csv.activityFile", { provider: connection.provider, date: new Date().toISOString().slice(0, 10) });
      saveFile(csvOf(head, lines), name, "text/csv;charset=utf-8");
    },
    onSuccess: done,
    onError: () => failed(t("fullSync.couldNotDownload"), t("fullSync.nothingLost")),
  });

  async function namesOf(ids: string[]): Promise<Map<string, CustomerName>> {
    const all = new Map<string, CustomerName>();
    for (let from = 0; from < ids.length; from += 100)
      for (const [id, name] of await readNames(access, ids.slice(from, from + 100))) all.set(id, name);
    return all;
  }
}

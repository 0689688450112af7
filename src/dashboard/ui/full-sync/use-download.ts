/** The rows that were not sent, as a file made in the page. Ids only: names and addresses stay in Saleor. */
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import { saveFile } from "../parts/save-file";
import { useTRPCClient } from "../shell/api";
import { useProviderText } from "../text";
import { csvOf } from "./csv";

const PAGE = 1_000;

export function useDownload(connection: ConnectionView, run: RunView) {
  const t = useTranslations();
  const api = useTRPCClient();
  const text = useProviderText(connection.provider, connection.title);
  return useMutation({
    mutationFn: async () => {
      const lines: string[][] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof api.runs.rows.query>> = await api.runs.rows.query({ runId: run.id, after, limit: PAGE });
        for (const row of page.rows) {
          lines.push([row.customerId, t(`state.${row.state}`), row.reason, text.reason(row.reason), row.vendorText ?? "", row.at]);
        }
        after = page.next;
      } while (after !== null);
      const head = ["customer", "state", "code", "reason", "vendor", "time"].map((column) => t(`csv.${column}`));
      const name = t("csv.file", { provider: connection.provider, date: run.startedAt.slice(0, 10) });
      saveFile(csvOf(head, lines), name, "text/csv;charset=utf-8");
    },
  });
}

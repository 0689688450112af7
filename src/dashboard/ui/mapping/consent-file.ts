/** One person's consent log as a file. Pure. Instants are ISO 8601 in UTC; the address is named by whoever exports, we keep none. */
import type { ConsentLogView } from "@/dashboard/api/views";
import { csvOf } from "../full-sync/csv";

export type ConsentFormat = "csv" | "json";

interface ConsentFile {
  text: string;
  type: string;
}

export function consentFile(
  entries: ConsentLogView,
  format: ConsentFormat,
  about: { email: string; shop: string; now: Date },
): ConsentFile {
  if (format === "csv") {
    const rows = entries.map(({ at, channel, word, source, evidence }) => [at, channel, yesNo(word), source, evidence]);
    return { text: csvOf(["time", "channel", "word", "source", "evidence"], rows), type: "text/csv;charset=utf-8" };
  }
  const { email, shop, now } = about;
  const log = {
    shop,
    writtenAt: now.toISOString(),
    customer: { email },
    entries: entries.map(({ at, connectionId, channel, word, source, evidence }) => ({
      time: at,
      connection: connectionId,
      channel,
      word: yesNo(word),
      source,
      evidence,
    })),
  };
  return { text: `${JSON.stringify(log, null, 2)}\n`, type: "application/json;charset=utf-8" };
}

const yesNo = (word: boolean): string => (word ? "yes" : "no");

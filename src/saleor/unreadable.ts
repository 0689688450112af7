/** What Saleor did not answer, as "could not look". */
import type { SaleorAnswer } from "./client";

export function unreadable(answer: Exclude<SaleorAnswer<unknown>, { kind: "ok" }>): {
  kind: "unreadable";
  reason: string;
  afterSeconds?: number;
} {
  switch (answer.kind) {
    case "denied":
      return { kind: "unreadable", reason: "denied" };
    case "refused":
      return { kind: "unreadable", reason: `refused:${answer.codes.join(",")}` };
    case "unavailable":
      return { kind: "unreadable", reason: answer.reason, afterSeconds: answer.afterSeconds };
  }
}

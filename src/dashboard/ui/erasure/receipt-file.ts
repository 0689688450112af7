/** The receipt as a file: for whoever asked, and for the merchant's own records. Pure. */
import type { ErasureView } from "@/dashboard/api/views";

export interface ReceiptPerson {
  /** As Saleor showed them to whoever downloads; `null` = not there any more. */
  name: string | null;
  email: string | null;
}

interface ReceiptInput {
  erasure: ErasureView;
  person: ReceiptPerson;
  shop: string;
  /** What an answer means, in the language of the page. */
  say(step: ErasureView["steps"][number]): string;
  now: Date;
}

/** Codes and instants (ISO 8601, UTC) for machines, sentences for people. */
export function receiptFile({ erasure, person, shop, say, now }: ReceiptInput): string {
  const { id, customerId, person: emailHash, askedAt, staffUserId, keptOut, steps } = erasure;
  const receipt = {
    receipt: id,
    shop,
    writtenAt: now.toISOString(),
    customer: { id: customerId, ...person, emailHash },
    askedAt,
    askedBy: staffUserId,
    doNotSyncInSaleor: keptOut,
    isComplete: steps.every(({ state }) => state === "done"),
    connections: steps.map((step) => ({
      provider: step.provider,
      target: step.targetName,
      asked: step.asked,
      askedAt: step.askedAt,
      state: step.state,
      answer: step.answer,
      means: say(step),
      providerSaid: step.vendorText,
      answeredAt: step.answeredAt,
      attempts: step.attempts,
    })),
  };
  return `${JSON.stringify(receipt, null, 2)}\n`;
}

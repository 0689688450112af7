import type { Erasure } from "@/ledger/erasures";
import type { Admitted } from "./trpc";
import type { ErasureView } from "./views";

export function presentErasure({ rooms, staff }: Admitted, erasure: Erasure): ErasureView {
  const { id, customerId, person, askedAt, staffUserId, keptOut, steps } = erasure;
  return {
    id,
    customerId,
    person,
    askedAt: askedAt.toISOString(),
    staffUserId,
    mine: staffUserId === staff.userId,
    keptOut,
    steps: steps.map((step) => ({
      ...step,
      title: rooms.providers[step.provider]?.title ?? step.provider,
      attempts: Number(step.attempts),
      askedAt: step.askedAt?.toISOString() ?? null,
      answeredAt: step.answeredAt?.toISOString() ?? null,
    })),
  };
}

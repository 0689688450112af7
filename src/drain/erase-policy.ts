/**
 * The deletion policy `erase`: it cannot be taken back, so it holds only for deletions that an event told of, after days in
 * which it can be seen coming, and never for many at once before somebody confirms it.
 */
import { eraseTogether } from "@/ledger/erase-waits";
import type { DueRow } from "@/ledger/row";
import type { Verdict } from "@/ledger/settle";
import { isTooManyAtOnce } from "@/model/brake";
import type { DeletionPolicy } from "@/model/connection";
import type { BatchWork } from "./deliver";
import type { DrainDeps } from "./deps";

/** So many complete walks without the customer, and they count as gone although nobody said so (ledger/compare.ts). */
const ABSENT_READS = 3;
const DAY_MS = 86_400_000;
const LOOK_AGAIN_SECONDS = 3_600;

export function policyFor(row: DueRow, { connection: { settings } }: BatchWork): DeletionPolicy {
  const isTold = row.absentReads < ABSENT_READS;
  return settings.deletion === "erase" && !isTold ? "archive" : settings.deletion;
}

/** `null` = the time is over, and it is not one of many. */
export async function eraseWait(deps: DrainDeps, { connection }: BatchWork, row: DueRow): Promise<Verdict | null> {
  const now = deps.now().getTime();
  const eraseAt = row.eraseAt ?? new Date(now + Number(connection.settings.eraseAfterDays) * DAY_MS);
  if (eraseAt.getTime() > now) return waits(row, eraseAt, { reason: "erase_waits", seconds: (eraseAt.getTime() - now) / 1_000 });
  if (row.eraseConfirmed) return null;
  const { isBraked, leaving, known } = await eraseTogether(deps.db, connection.id, eraseAt);
  if (!isBraked && !isTooManyAtOnce(leaving, known + leaving)) return null;
  return waits(row, eraseAt, { reason: "erase_held", seconds: LOOK_AGAIN_SECONDS });
}

function waits(row: DueRow, eraseAt: Date, { reason, seconds }: { reason: string; seconds: number }): Verdict {
  return { row, state: "gone", reason, dueInSeconds: seconds, attempts: 0, failingSince: null, fingerprint: null, eraseAt };
}

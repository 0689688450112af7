/** One person, every connection of the shop: said first, done in order, answered for. Only marks; the drains do it. */
import type { StateRow } from "@/connections/state-rows";
import { beginErasure, readErasure } from "@/ledger/erasures";
import { DO_NOT_SYNC } from "@/mapping/map-customer";
import type { Customer } from "@/model/customer";
import { readCustomers } from "@/saleor/read-customers";
import { saleorReason } from "@/saleor/reasons";
import { writePrivate } from "@/saleor/write-private";
import { isStopped } from "./present";
import { presentErasure } from "./present-erasure";
import type { Admitted } from "./trpc";
import type { ErasePlan, EraseResult } from "./views";

/** A person waits in front of the page; what is not answered by then goes on without them. */
const OUTCOME_WAIT_MS = 15_000;

export async function planErasure(ctx: Admitted, customerId: string): Promise<ErasePlan> {
  const read = await readPerson(ctx, customerId);
  const rows = await ctx.rooms.connections.list(ctx.shop.id);
  return {
    saleor: read.kind === "unavailable" ? read : { kind: read.kind },
    connections: rows.flatMap((row) => {
      const provider = ctx.rooms.providers[row.provider];
      if (!provider) return [];
      const acts = isSetUp(row) ? provider.customers.removals[0] : null;
      return [{ id: row.id, provider: row.provider, title: provider.title, target: row.targetName, acts, isStopped: isStopped(row) }];
    }),
  };
}

export async function eraseEverywhere(ctx: Admitted, customerId: string): Promise<EraseResult> {
  const read = await readPerson(ctx, customerId);
  if (read.kind === "unavailable") return read;
  // In Saleor first: whatever else breaks off, nobody is sent again.
  if (read.kind === "found" && !(await keepOut(ctx, read.customer))) return { kind: "unavailable", reason: "not_kept_out" };
  const { db } = ctx.rooms;
  const rows = await ctx.rooms.connections.list(ctx.shop.id);
  const person = read.kind === "found" ? await hashOf(ctx, rows, read.customer.email) : null;
  let id = "";
  await waitForAnswers(ctx, customerId, async () => {
    id = await beginErasure(db, {
      shopId: ctx.shop.id,
      customerId,
      person,
      staffUserId: ctx.staff.userId,
      keptOut: read.kind === "found",
      steps: rows.flatMap((row) => {
        const provider = ctx.rooms.providers[row.provider];
        const { id: connectionId, targetName } = row;
        return provider
          ? [{ connectionId, provider: row.provider, targetName, asked: provider.customers.removals[0], isSetUp: isSetUp(row) }]
          : [];
      }),
    });
    await ctx.rooms.audit({
      shopId: ctx.shop.id,
      connectionId: null,
      staffUserId: ctx.staff.userId,
      action: "erase_everywhere",
      detail: { customer: customerId, erasure: id },
    });
  });
  const erasure = await readErasure(db, ctx.shop.id, id);
  return erasure ? { kind: "asked", erasure: presentErasure(ctx, erasure) } : { kind: "unavailable", reason: "internal_error" };
}

/** Marks by `mark`, wakes everybody concerned, and waits until each connection has an outcome, or for a while. */
export async function waitForAnswers(ctx: Admitted, customerId: string, mark: () => Promise<void>): Promise<void> {
  const rows = (await ctx.rooms.connections.list(ctx.shop.id)).filter((row) => isSetUp(row) && !isStopped(row));
  const listeners = rows.map((row) => ctx.rooms.bell.listen(row.id));
  await mark();
  for (const row of rows) ctx.rooms.wake(row.limitKey);
  await Promise.all(listeners.map((listener) => listener.all([customerId], OUTCOME_WAIT_MS)));
}

const isSetUp = ({ limitKey, target }: StateRow): boolean => limitKey !== "" && target !== "";

type Read = { kind: "found"; customer: Customer } | { kind: "not_found" } | { kind: "unavailable"; reason: string };

async function readPerson(ctx: Admitted, customerId: string): Promise<Read> {
  const client = await ctx.rooms.clientOf(ctx.shop);
  if (!client) return { kind: "unavailable", reason: saleorReason("shop_not_installed") };
  const read = await readCustomers(client, [customerId], { privateKeys: [DO_NOT_SYNC], publicKeys: [], orders: false });
  if (read.kind === "unreadable") return { kind: "unavailable", reason: saleorReason(read.reason) };
  const customer = read.found.get(customerId);
  return customer ? { kind: "found", customer } : { kind: "not_found" };
}

/** @returns false where Saleor did not take it, as it does for accounts of staff. */
async function keepOut(ctx: Admitted, { id }: Customer): Promise<boolean> {
  const client = await ctx.rooms.clientOf(ctx.shop);
  return client !== null && (await writePrivate(client, id, DO_NOT_SYNC, "yes")) === "written";
}

/** The pepper belongs to the shop, so that any connection that opens will do. */
async function hashOf(ctx: Admitted, rows: readonly StateRow[], email: string): Promise<string | null> {
  for (const row of rows) {
    const opened = await ctx.rooms.connections.open(row.id, ctx.shop.id);
    if (opened.kind === "open") return ctx.rooms.personOf(opened.connection.pepper, email);
  }
  return null;
}

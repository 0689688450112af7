/** A busy day in a minute: customers change, people look at pages, full syncs run, and everything fails now and then. */
import type { FaultSpec } from "../sandbox/mailchimp";
import type { Fault } from "../sandbox/saleor/faults";
import type { ConnectedStack } from "./connected";
import { pause } from "./watch";

export interface Load {
  counts(): { changes: number; faults: number };
  /** Calls to Mailchimp so far. The journals are cut from time to time, so that what grows is the app's. */
  calls(): number;
  stop(): Promise<void>;
}

const MAILCHIMP_FAULTS: readonly FaultSpec[] = [
  { kind: "error500" },
  { kind: "throttle429", times: 3 },
  { kind: "cut", times: 5 },
  { kind: "cut", times: 5, afterwards: true },
  { kind: "garbage", times: 3 },
  { kind: "hang", times: 2, ms: 3_000 },
  { kind: "latency", ms: 300 },
];
const SALEOR_FAULTS: readonly Fault[] = [
  { kind: "error500" },
  { kind: "nulls", times: 3 },
  { kind: "cut", times: 3 },
  { kind: "graphqlError", times: 3 },
  { kind: "latency", ms: 300 },
];
const MOST_IN_JOURNAL = 5_000;

export function startMixedLoad({ stack, page, connectionId }: ConnectedStack, random: () => number): Load {
  const { saleor, mailchimp } = stack;
  const { customers } = saleor;
  const count = { changes: 0, faults: 0, calls: 0 };
  let isRunning = true;
  const anyOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

  async function change(): Promise<unknown> {
    count.changes += 1;
    const n = count.changes;
    const { id } = anyOf(customers.all());
    const dice = random();
    const how = { silent: random() < 0.1 };
    if (dice < 0.45) return customers.update(id, { firstName: `Named${n}`, lastName: `Again${n}` }, how);
    if (dice < 0.65) return customers.setPrivateMeta(id, { mailchimp_tags: JSON.stringify(random() < 0.3 ? [] : [`tag${n % 5}`]) }, how);
    if (dice < 0.75) return customers.changeEmail(id, `moved${n}@shop-one.dev`, how);
    if (dice < 0.85) return customers.login(id);
    if (dice < 0.95) return customers.editAddress(id, { city: `Town ${n}` });
    // One goes, one comes: as many people as before.
    await customers.delete(id);
    return customers.create({ email: `new${n}@shop-one.dev`, firstName: `New${n}` });
  }

  async function lookAtPages(): Promise<unknown> {
    const dice = random();
    if (dice < 0.3) return page.connections.list.query();
    if (dice < 0.6) return page.connections.get.query({ id: connectionId });
    if (dice < 0.7) return page.customers.unsent.query({ connectionId });
    if (dice < 0.75) return page.runs.preview.query({ connectionId });
    return page.customers.syncNow.mutate({ connectionId, who: anyOf(customers.all()).id });
  }

  async function fullSync(): Promise<unknown> {
    const { id } = await page.runs.start.mutate({ connectionId, total: null, driver: "worker" });
    await pause(5_000 + random() * 10_000);
    return random() < 0.3 ? page.runs.cancel.mutate({ runId: id }) : page.runs.get.query({ runId: id });
  }

  async function fault(): Promise<void> {
    await pause(2_000 + random() * 4_000);
    count.faults += 1;
    if (random() < 0.6) mailchimp.fail(anyOf(MAILCHIMP_FAULTS));
    else saleor.fail({ ...anyOf(SALEOR_FAULTS), auth: "app" });
    await pause(500 + random() * 2_000);
    heal();
  }

  function heal(): void {
    mailchimp.heal();
    saleor.heal();
    for (const journal of [mailchimp.requests, mailchimp.tagWrites(), saleor.requests]) {
      if (journal === mailchimp.requests && journal.length > MOST_IN_JOURNAL) count.calls += journal.length;
      if (journal.length > MOST_IN_JOURNAL) journal.length = 0;
    }
  }

  const again = async (act: () => Promise<unknown>, everyMs: number) => {
    while (isRunning) {
      // A page that meets a fault says so to its person; here nobody reads it.
      await act().catch(() => undefined);
      await pause(everyMs * (0.5 + random()));
    }
  };
  const working = [again(change, 60), again(change, 60), again(lookAtPages, 500), again(fullSync, 10_000), again(fault, 1_000)];
  return {
    counts: () => count,
    calls: () => count.calls + mailchimp.requests.length,
    async stop() {
      isRunning = false;
      await Promise.all(working);
      heal();
    },
  };
}

/** Customers who change all the time, the same way for the same seed. */
import { setTimeout as pause } from "node:timers/promises";
import type { SaleorSandbox } from "../sandbox/saleor/saleor";

export interface Load {
  /** Customers who were deleted: their addresses, every one they ever had. */
  readonly deleted: ReadonlySet<string>;
  stop(): Promise<void>;
}

const BETWEEN_MS = 25;

export function startLoad(saleor: SaleorSandbox, random: () => number): Load {
  const deleted = new Set<string>();
  let running = true;
  let count = 0;
  const { customers } = saleor;
  const anybody = () => {
    const all = customers.all();
    return all[Math.floor(random() * all.length)]!;
  };

  async function change(): Promise<unknown> {
    count += 1;
    const dice = random();
    if (dice < 0.25) return customers.create({ email: `new${count}@shop-one.dev`, firstName: `New${count}` });
    const { id, email } = anybody();
    if (dice < 0.6) return customers.update(id, { firstName: `Named${count}`, lastName: `Again${count}` });
    if (dice < 0.8) return customers.setPrivateMeta(id, { mailchimp_tags: JSON.stringify(random() < 0.3 ? [] : [`tag${count % 5}`]) });
    if (dice < 0.92) return customers.changeEmail(id, `moved${count}@shop-one.dev`);
    deleted.add(email);
    return customers.delete(id);
  }

  const working = (async () => {
    while (running) {
      await change();
      await pause(BETWEEN_MS);
    }
  })();
  return {
    deleted,
    async stop() {
      running = false;
      await working;
    },
  };
}

/** Small and even enough (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

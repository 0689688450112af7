/**
 * Whatever happens, in whatever order: when all is quiet, Mailchimp holds what Saleor says. Random stories, told through
 * the real doors. 30 of them here; CONVERGENCE_RUNS sets another number (`npm run test:property`: 5,000) and
 * CONVERGENCE_SEED another beginning. A story that ends wrong is shortened and printed with its seed.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Story, stories } from "./story";
import { Teller } from "./teller";
import { openTown, type Town } from "./town";
import { findFaults } from "./truth";

const RUNS = Number(process.env.CONVERGENCE_RUNS ?? 30);
const SEED = Number(process.env.CONVERGENCE_SEED ?? 20_261_122);

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.close());

async function endOf(story: Story): Promise<string[]> {
  await town.clear();
  const teller = new Teller(town);
  await teller.tell(story);
  await teller.end();
  return findFaults(town, teller.memory);
}

it(`${RUNS} stories of a shop end with Mailchimp as Saleor says`, { timeout: 0 }, async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      expect(await endOf(story)).toEqual([]);
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

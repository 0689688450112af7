/**
 * Whatever happens, in whatever order: when all is quiet, Mailchimp holds what Saleor says. Random stories, told through
 * the real doors. `npm test` tells the same 200 each time; `npm run test:property` 5,000 others. A story that ends wrong is
 * shortened and printed, with the CONVERGENCE_SEED that tells it again and a line for each step. CONVERGENCE_RUNS sets another number.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FATES, MAILCHIMP_TROUBLES, SALEOR_TROUBLES, STEP_KINDS, type Story, stories } from "./story";
import { Teller } from "./teller";
import { openTown, type Town } from "./town";
import { findFaults } from "./truth";

const isLong = process.env.CONVERGENCE_RUNS !== undefined;
const RUNS = Number(process.env.CONVERGENCE_RUNS ?? 200);
const SEED = Number(process.env.CONVERGENCE_SEED ?? (isLong ? Date.now() % 2 ** 31 : 20_261_122));
/** So many stories hold something of everything. */
const ENOUGH_FOR_ALL = 150;
/** A race that shows one time in ten would be shortened for hours. */
const SHORTENING_MS = 240_000;
const EVERYTHING = [
  ...STEP_KINDS,
  ...FATES,
  ...MAILCHIMP_TROUBLES.map((how) => `mailchimp: ${how}`),
  ...SALEOR_TROUBLES.map((how) => `saleor: ${how}`),
];

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.close());

const happened = new Set<string>();
const startedAt = Date.now();
let told = 0;
let shortenedUntil = Number.POSITIVE_INFINITY;
let worst: { faults: readonly string[]; journal: readonly string[] } = { faults: [], journal: [] };

async function endsWell(story: Story): Promise<boolean> {
  if (Date.now() > shortenedUntil) return true;
  await town.clear();
  const teller = new Teller(town);
  const faults = await teller
    .tell(story)
    .then(() => findFaults(town, teller.memory))
    .catch((error: unknown) => [String(error)]);
  told += 1;
  for (const one of teller.memory.happened) happened.add(one);
  if (isLong && told % 100 === 0) say();
  if (faults.length === 0) return true;
  worst = { faults, journal: teller.journal };
  shortenedUntil = Math.min(shortenedUntil, Date.now() + SHORTENING_MS);
  return false;
}

function say(): void {
  console.log(`${told} of ${RUNS} stories of seed ${SEED}, ${Math.round((Date.now() - startedAt) / told)} ms each`);
}

function asText(story: Story): string {
  const { steps, ...beginning } = story;
  return [JSON.stringify(beginning), ...steps.map((step) => `  ${JSON.stringify(step)}`)].join("\n");
}

it(`${RUNS} stories of a shop end with Mailchimp as Saleor says`, { timeout: 0 }, async () => {
  const run = await fc.check(fc.asyncProperty(stories, endsWell), { numRuns: RUNS, seed: SEED });
  if (run.failed) {
    const [story] = run.counterexample ?? [];
    throw new Error(
      [
        `A story ends wrong (CONVERGENCE_SEED=${SEED}, story ${run.numRuns}, shortened ${run.numShrinks} times):`,
        ...worst.faults,
        "",
        story ? asText(story) : "",
        "",
        ...worst.journal,
      ].join("\n"),
    );
  }
  if (RUNS >= ENOUGH_FOR_ALL) expect(EVERYTHING.filter((one) => !happened.has(one))).toEqual([]);
});

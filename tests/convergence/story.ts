/** A story: what happens in a shop, in Mailchimp and to us, as plain data, so that fast-check can shrink it and print it. */
import fc from "fast-check";

/** What becomes of the event that a change fires. `late` and `echoed` come (again) with the next post, or at the end. */
export type Fate = "told" | "twice" | "meanwhile" | "late" | "echoed" | "lost";

export type Tags = readonly string[] | "malformed" | "removed";

/** What a customer answers when asked whether they want letters. */
export type Word = "yes" | "no" | "perhaps" | "removed";

/** How a rule follows a yes. */
export type Rule = "direct" | "confirm";

/** One saved change of settings. */
export type Settings =
  | { importTag: "Saleor Import" | "From the shop" }
  | { deletion: "archive" | "leave" }
  | { newStatus: "transactional" | "subscribed" }
  | { includeStaff: boolean };

export type Step =
  | { do: "create"; at: number; named: boolean; tags: Tags; word: Word; hasOrdered: boolean; fate: Fate }
  | { do: "rename"; who: number; named: boolean; fate: Fate }
  | { do: "tags"; who: number; tags: Tags; fate: Fate }
  | { do: "consent"; who: number; word: Word; fate: Fate }
  | { do: "consent rule"; rule: Rule | null }
  | { do: "move"; who: number; to: number; fate: Fate }
  | { do: "swap"; who: number; with: number; fates: readonly [Fate, Fate, Fate] }
  | { do: "delete"; who: number; byThemselves: boolean; fate: Fate }
  | { do: "return"; who: number; named: boolean; fates: readonly [Fate, Fate] }
  | { do: "promote"; who: number }
  | { do: "login"; who: number }
  /** What was late arrives, the last first. */
  | { do: "post" }
  /** Everything that was told so far has been dealt with. */
  | { do: "quiet" }
  | { do: "moment"; ms: number }
  | { do: "catch up" }
  | { do: "compare" }
  | { do: "mailchimp fails"; how: (typeof MAILCHIMP_TROUBLES)[number]; times: number; on: "any" | "writes" }
  | { do: "saleor fails"; how: (typeof SALEOR_TROUBLES)[number]; times: number }
  | { do: "replica lags"; ms: number }
  | { do: "tag by hand"; at: number }
  | { do: "unsubscribe"; at: number }
  | { do: "subscribe"; at: number }
  | { do: "admin archives"; at: number }
  | { do: "settings"; save: Settings }
  | { do: "pause" }
  | { do: "resume" }
  | { do: "restart" };

export interface Story {
  /** Customers that are delivered before it begins. */
  known: number;
  /** Contacts that the merchant collected before, at the first addresses. */
  collected: number;
  /** The rule that stands at the beginning. */
  rule: Rule | null;
  /** Mailchimp tells us of opt-outs. */
  listens: boolean;
  steps: readonly Step[];
}

export const ADDRESSES = 6;
export const MOST_CUSTOMERS = 8;
export const IMPORT_TAGS = ["Saleor Import", "From the shop"] as const;
export const FATES = ["told", "twice", "meanwhile", "late", "echoed", "lost"] as const satisfies readonly Fate[];
export const MAILCHIMP_TROUBLES = [
  "error500",
  "throttle429",
  "cut",
  "hang",
  "slow",
  "cut after the write",
  "hang after the write",
] as const;
export const SALEOR_TROUBLES = ["error500", "nulls", "graphqlError", "cut", "slow"] as const;

const small = fc.nat({ max: 7 });
const address = fc.nat({ max: ADDRESSES - 1 });
/** A throttled provider is left alone for a whole second, so that is rarely asked for. */
const FATE_WEIGHTS: Record<Fate, number> = { told: 5, meanwhile: 2, twice: 1, late: 2, echoed: 1, lost: 1 };
const TROUBLE_WEIGHTS: Record<(typeof MAILCHIMP_TROUBLES)[number], number> = {
  error500: 4,
  cut: 4,
  hang: 2,
  slow: 2,
  "cut after the write": 4,
  "hang after the write": 4,
  throttle429: 2,
};
const fate = weighted(FATE_WEIGHTS);
const tags = fc.constantFrom<Tags>([], ["vip"], ["loyal"], ["vip", "loyal"], "malformed", "removed");
const word = weighted<Word>({ yes: 4, no: 4, perhaps: 1, removed: 1 });
const rule = fc.constantFrom<Rule | null>("direct", "direct", "confirm", null);
const settings = fc.constantFrom<Settings>(
  { importTag: "From the shop" },
  { importTag: "Saleor Import" },
  { newStatus: "subscribed" },
  { newStatus: "transactional" },
  { includeStaff: true },
  { includeStaff: false },
  { deletion: "leave" },
  { deletion: "archive" },
);

function weighted<K extends string>(weights: Record<K, number>): fc.Arbitrary<K> {
  const entries = Object.entries(weights) as [K, number][];
  return fc.oneof(...entries.map(([value, weight]) => ({ weight, arbitrary: fc.constant(value) })));
}

/** Four out of five. */
const mostly = fc.integer({ min: 0, max: 4 }).map((n) => n !== 4);
const times = fc.integer({ min: 1, max: 3 });

type Rest<K extends Step["do"]> = { [N in Exclude<keyof Extract<Step, { do: K }>, "do">]: fc.Arbitrary<Extract<Step, { do: K }>[N]> };

/** Every kind of step must be here: the type says so. */
const kinds: { [K in Step["do"]]: readonly [weight: number, rest: Rest<K>] } = {
  create: [6, { at: address, named: mostly, tags, word, hasOrdered: fc.boolean(), fate }],
  rename: [5, { who: small, named: mostly, fate }],
  tags: [5, { who: small, tags, fate }],
  consent: [7, { who: small, word, fate }],
  "consent rule": [1, { rule }],
  move: [6, { who: small, to: address, fate }],
  swap: [3, { who: small, with: small, fates: fc.tuple(fate, fate, fate) }],
  delete: [3, { who: small, byThemselves: fc.boolean(), fate }],
  return: [3, { who: small, named: mostly, fates: fc.tuple(fate, fate) }],
  promote: [1, { who: small }],
  login: [1, { who: small }],
  post: [2, {}],
  quiet: [6, {}],
  moment: [4, { ms: fc.constantFrom(2, 10, 30) }],
  "catch up": [1, {}],
  compare: [1, {}],
  "mailchimp fails": [4, { how: weighted(TROUBLE_WEIGHTS), times, on: fc.constantFrom("any", "writes") }],
  "saleor fails": [2, { how: fc.constantFrom(...SALEOR_TROUBLES), times }],
  "replica lags": [1, { ms: fc.constantFrom(0, 40, 150) }],
  "tag by hand": [2, { at: address }],
  unsubscribe: [3, { at: address }],
  subscribe: [1, { at: address }],
  "admin archives": [1, { at: address }],
  settings: [2, { save: settings }],
  pause: [1, {}],
  resume: [1, {}],
  restart: [1, {}],
};
export const STEP_KINDS = Object.keys(kinds) as Step["do"][];

const step: fc.Arbitrary<Step> = fc.oneof(
  ...STEP_KINDS.map((kind) => {
    const [weight, rest] = kinds[kind];
    return { weight, arbitrary: fc.record({ do: fc.constant(kind), ...rest } as never) as unknown as fc.Arbitrary<Step> };
  }),
);

const steps = fc.array(step, { minLength: 1, maxLength: 16 });
/** By chance alone hardly any pause would end within its story. */
const interlude = fc.oneof(
  { weight: 5, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.record({ after: fc.nat({ max: 8 }), lasts: fc.integer({ min: 1, max: 4 }) }) },
);

export const stories: fc.Arbitrary<Story> = fc.record({
  known: fc.nat({ max: 4 }),
  collected: fc.nat({ max: 2 }),
  rule,
  listens: fc.boolean(),
  steps: fc.tuple(steps, interlude).map(([all, between]): readonly Step[] => {
    if (!between) return all;
    const till = between.after + between.lasts;
    return [...all.slice(0, between.after), { do: "pause" }, ...all.slice(between.after, till), { do: "resume" }, ...all.slice(till)];
  }),
});

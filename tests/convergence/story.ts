/** A story: what happens in a shop, in Mailchimp and to us, as plain data, so that fast-check can shrink it and print it. */
import fc from "fast-check";

/** What becomes of the event that a change fires. */
export type Fate = "told" | "twice" | "meanwhile" | "late" | "lost";

export type Tags = readonly string[] | "malformed" | "removed";

export type Step =
  | { do: "create"; at: number; named: boolean; tags: Tags; hasOrdered: boolean; fate: Fate }
  | { do: "rename"; who: number; named: boolean; fate: Fate }
  | { do: "tags"; who: number; tags: Tags; fate: Fate }
  | { do: "move"; who: number; to: number; fate: Fate }
  | { do: "swap"; who: number; with: number; fates: readonly [Fate, Fate, Fate] }
  | { do: "delete"; who: number; byThemselves: boolean; fate: Fate }
  | { do: "return"; who: number; named: boolean; fates: readonly [Fate, Fate] }
  | { do: "promote"; who: number }
  | { do: "login"; who: number }
  /** Everything that was told so far has been dealt with. */
  | { do: "quiet" }
  | { do: "moment"; ms: number }
  | {
      do: "mailchimp fails";
      how: "error500" | "throttle429" | "cut" | "cut after the write" | "hang after the write";
      times: number;
      on: "any" | "writes";
    }
  | { do: "saleor fails"; how: "error500" | "nulls" | "graphqlError"; times: number }
  | { do: "replica lags"; ms: number }
  | { do: "tag by hand"; at: number }
  | { do: "unsubscribe"; at: number }
  | { do: "admin archives"; at: number }
  | { do: "import tag"; to: number }
  | { do: "pause" }
  | { do: "resume" }
  | { do: "restart" };

export interface Story {
  /** Customers that are delivered before it begins. */
  known: number;
  /** Contacts that the merchant collected before, at the first addresses. */
  collected: number;
  steps: readonly Step[];
}

export const ADDRESSES = 6;
export const MOST_CUSTOMERS = 8;
export const IMPORT_TAGS = ["Saleor Import", "From the shop"] as const;

const small = fc.nat({ max: 7 });
const address = fc.nat({ max: ADDRESSES - 1 });
const fate = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Fate>("told") },
  { weight: 2, arbitrary: fc.constant<Fate>("meanwhile") },
  { weight: 1, arbitrary: fc.constant<Fate>("twice") },
  { weight: 2, arbitrary: fc.constant<Fate>("late") },
  { weight: 1, arbitrary: fc.constant<Fate>("lost") },
);
const tags = fc.constantFrom<Tags>([], ["vip"], ["loyal"], ["vip", "loyal"], "malformed", "removed");
const step = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });
const record = <K extends Step["do"]>(
  kind: K,
  rest: { [N in Exclude<keyof Extract<Step, { do: K }>, "do">]: fc.Arbitrary<Extract<Step, { do: K }>[N]> },
) => fc.record({ do: fc.constant(kind), ...rest } as never) as unknown as fc.Arbitrary<Step>;

const steps: fc.Arbitrary<Step> = fc.oneof(
  step(6, record("create", { at: address, named: mostly(), tags, hasOrdered: fc.boolean(), fate })),
  step(5, record("rename", { who: small, named: mostly(), fate })),
  step(5, record("tags", { who: small, tags, fate })),
  step(6, record("move", { who: small, to: address, fate })),
  step(3, record("swap", { who: small, with: small, fates: fc.tuple(fate, fate, fate) })),
  step(3, record("delete", { who: small, byThemselves: fc.boolean(), fate })),
  step(3, record("return", { who: small, named: mostly(), fates: fc.tuple(fate, fate) })),
  step(1, record("promote", { who: small })),
  step(1, record("login", { who: small })),
  step(6, record("quiet", {})),
  step(4, record("moment", { ms: fc.constantFrom(2, 10, 30) })),
  step(
    4,
    record("mailchimp fails", {
      how: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom("error500" as const, "cut" as const) },
        { weight: 3, arbitrary: fc.constantFrom("cut after the write" as const, "hang after the write" as const) },
        { weight: 1, arbitrary: fc.constant("throttle429" as const) },
      ),
      times: fc.integer({ min: 1, max: 3 }),
      on: fc.constantFrom("any" as const, "writes" as const),
    }),
  ),
  step(
    2,
    record("saleor fails", {
      how: fc.constantFrom("error500" as const, "nulls" as const, "graphqlError" as const),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  ),
  step(1, record("replica lags", { ms: fc.constantFrom(0, 40, 200) })),
  step(2, record("tag by hand", { at: address })),
  step(2, record("unsubscribe", { at: address })),
  step(1, record("admin archives", { at: address })),
  step(1, record("import tag", { to: fc.nat({ max: IMPORT_TAGS.length - 1 }) })),
  step(1, record("pause", {})),
  step(1, record("resume", {})),
  step(1, record("restart", {})),
);

function mostly(): fc.Arbitrary<boolean> {
  return fc.integer({ min: 0, max: 4 }).map((n) => n !== 4);
}

export const stories: fc.Arbitrary<Story> = fc.record({
  known: fc.nat({ max: 4 }),
  collected: fc.nat({ max: 2 }),
  steps: fc.array(steps, { minLength: 1, maxLength: 16 }),
});

/** `npm run bench:mapping`: customers a second through thirty rules on one core, and the memory that takes. */
import { fieldMapper } from "@/mapping/fields";
import type { Customer, MetaValue } from "@/model/customer";
import type { FieldRule } from "@/model/rules";
import { machine, median } from "./machine";

const CUSTOMERS = 100_000;
const RULES = 30;

const KINDS: readonly Pick<FieldRule, "transform" | "target">[] = [
  { transform: { kind: "text" }, target: { id: "", type: "text", maxLength: 255, lengthIn: "bytes" } },
  { transform: { kind: "number" }, target: { id: "", type: "number" } },
  { transform: { kind: "date", from: "iso", to: "yyyy-mm-dd" }, target: { id: "", type: "date" } },
  { transform: { kind: "yesno" }, target: { id: "", type: "boolean" } },
  { transform: { kind: "list", take: "joined" }, target: { id: "", type: "text", maxLength: 255 } },
  { transform: { kind: "text" }, target: { id: "", type: "choice", choices: ["Bronze", "Silver", "Gold"] } },
];
const VALUES = ["Łódź, a longer text", "1234.5", "2026-03-01T10:00:00Z", "yes", '["one","two"]', "gold"];

const rules: FieldRule[] = Array.from({ length: RULES }, (_, n) => {
  const kind = KINDS[n % KINDS.length]!;
  return { ...kind, target: { ...kind.target, id: `F${n}` }, source: { kind: "private", key: `k${n}` }, prefix: "", fallback: "" };
});

function customer(n: number): Customer {
  const privateMeta: Record<string, MetaValue> = {};
  for (let key = 0; key < RULES; key++) privateMeta[`k${key}`] = { kind: "value", value: VALUES[key % VALUES.length]! };
  return {
    id: `VXNlcjo${n}`,
    email: `customer-${n}@shop.example`,
    firstName: "First",
    lastName: "Last",
    isActive: true,
    isStaff: false,
    isConfirmed: true,
    languageCode: "EN",
    externalReference: null,
    dateJoined: "2026-01-01T00:00:00Z",
    lastLogin: null,
    updatedAt: "2026-01-01T00:00:00Z",
    defaultBillingAddress: null,
    defaultShippingAddress: null,
    privateMeta,
    publicMeta: {},
    hasOrders: null,
  };
}

/** As the drain does: a hundred at a time, nothing kept. */
function run(): number {
  const page = Array.from({ length: 100 }, (_, n) => customer(n));
  const map = fieldMapper(rules);
  // Time on the processor: what else the machine does then takes no part.
  const started = process.cpuUsage();
  for (let done = 0; done < CUSTOMERS; done += page.length)
    for (const one of page) if (map(one).problems.length > 0) throw new Error("a value was not understood");
  const { user, system } = process.cpuUsage(started);
  return CUSTOMERS / ((user + system) / 1e6);
}

run();
const before = process.memoryUsage().rss;
const rates = [run(), run(), run()];
const growth = (process.memoryUsage().rss - before) / 2 ** 20;
console.log(machine());
console.log(
  `${CUSTOMERS} customers, ${RULES} rules: ${Math.round(median(rates))} customers a second, ${growth.toFixed(0)} MB more (wanted: 50000)`,
);

/** Consent: a status is written where a rule orders it and nowhere else, and nobody who left is brought back by us. */
import type { Memory } from "./memory";
import { CONSENT_KEY } from "./metadata";
import type { Town } from "./town";

type Member = ReturnType<ReturnType<Town["mailchimp"]["audience"]>["members"]>[number];
type Write = ReturnType<Town["mailchimp"]["statusWrites"]>[number];

export async function consentFaults(town: Town, memory: Memory): Promise<string[]> {
  const members = town.mailchimp.audience().members();
  return [
    ...unordered(town.mailchimp.statusWrites(), memory),
    ...members.flatMap((member) => broughtBack(town, member)),
    ...(await unheard(town, memory)),
  ];
}

/** Each word of a customer orders one write at most, wherever they stood. */
function unordered(writes: readonly Write[], memory: Memory): string[] {
  const left = new Map<string, number>();
  return writes.flatMap((write) => {
    const word = wordBehind(write, memory);
    const order = `${write.email} ${word}`;
    const orders = word === null ? 0 : (left.get(order) ?? timesSaid(memory, write.email, word));
    left.set(order, orders - 1);
    return orders > 0 ? [] : [`the status of ${write.email} was written, and no rule ordered it: ${write.from} -> ${write.requested}`];
  });
}

function wordBehind({ requested }: Write, { rules }: Memory): boolean | null {
  if (requested === "unsubscribed") return rules.size > 0 ? false : null;
  const isFollowed = (requested === "subscribed" && rules.has("direct")) || (requested === "pending" && rules.has("confirm"));
  return isFollowed ? true : null;
}

function timesSaid({ owners, said }: Memory, email: string, word: boolean): number {
  const ids = new Set(owners.filter(({ address }) => address === email).map(({ id }) => id));
  return said.filter((one) => ids.has(one.id) && one.word === word).length;
}

/** Somebody may leave between our look and our write: only what was written after a look that showed it counts. */
function broughtBack({ mailchimp }: Town, { id, contact_id, email, history }: Member): string[] {
  let leftAt: number | null = null;
  const faults: string[] = [];
  for (const { at, to, who } of history) {
    if (who !== "api") leftAt = to === "unsubscribed" ? Date.parse(at) : null;
    if (who !== "api" || leftAt === null || (to !== "subscribed" && to !== "pending")) continue;
    const looked = mailchimp.requests.findLast(
      (one) => one.method === "GET" && one.at <= Date.parse(at) && (one.path.includes(id) || one.path.includes(contact_id)),
    );
    if (looked && looked.at > leftAt) faults.push(`${email} left by themselves, and was made ${to} by us`);
  }
  return faults;
}

/** Where one rule stood all the time, the last word of whoever is in sync is the one that was dealt with. */
async function unheard(town: Town, { rules, ruleChanged }: Memory): Promise<string[]> {
  if (rules.size === 0 || ruleChanged) return [];
  const rows = await town.rows<{ customer_id: string; word: boolean | null }>(
    "select customer_id, (consents->>'email')::boolean as word from ledger where state = 'in_sync' and due_at is null",
  );
  return rows.flatMap(({ customer_id, word }) => {
    const person = town.saleor.customers.get(customer_id);
    const said = person && !person.isStaff ? person.privateMeta[CONSENT_KEY] : undefined;
    const isHeard = (said !== "yes" && said !== "no") || word === (said === "yes");
    return isHeard ? [] : [`${person?.email} said ${said}, and ${word} was the last that was heard`];
  });
}

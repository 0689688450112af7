/** Every customer against every contact. */
import type { Town } from "./town";

const IMPORT_TAG = "Saleor Import";
/** A contact that was made so shortly before a kill may be one whose making was never noted. */
const UNNOTED_MS = 5_000;

export function findDifferences(town: Pick<Town, "saleor" | "mailchimp" | "kills">): string[] {
  const people = town.saleor.customers.all();
  const givenUp = new Set(town.saleor.deliveries.filter(({ status }) => status === "failed").map(({ customerId }) => customerId));
  const audience = town.mailchimp.audience();
  const addresses = new Set(people.map(({ email }) => email));
  const ofCustomers = people.flatMap((person) => {
    // Saleor gave up telling us: nothing was acknowledged.
    if (givenUp.has(person.id)) return [];
    const member = audience.member(person.email);
    if (!member || member.status === "archived") return [`${person.email}: ${member?.status ?? "missing"}`];
    const wanted = [...(JSON.parse(person.privateMeta.mailchimp_tags ?? "[]") as string[]), IMPORT_TAG];
    const [is, should] = [
      [member.merge_fields.FNAME ?? "", member.merge_fields.LNAME ?? "", ...member.tags.sort()],
      [person.firstName, person.lastName, ...wanted.sort()],
    ];
    return is.join() === should.join() ? [] : [`${person.email}: [${is}] instead of [${should}]`];
  });
  const ofNobody = audience
    .members()
    .filter(({ email, status, history }) => !addresses.has(email) && status !== "archived" && !isUnnoted(town.kills, history[0]?.at))
    .map(({ email, status }) => `${email} is nobody's and ${status}`);
  return givenUp.size > 0 ? [...ofCustomers] : [...ofCustomers, ...ofNobody];
}

function isUnnoted(kills: readonly number[], madeAt: string | undefined): boolean {
  const at = Date.parse(madeAt ?? "");
  return kills.some((kill) => at > kill - UNNOTED_MS && at <= kill + UNNOTED_MS);
}

/** What stands behind the credentials: the account, its audiences and what they require. */
import type { Account, Answer, Consequence, Target } from "../contract";
import type { Audience } from "./answers";
import { mailchimpOf } from "./client";
import { classify } from "./failures";
import { consentRuleOf, dataCentre, type MailchimpLink, type Settings } from "./settings";

export async function connect(link: MailchimpLink): Promise<Answer<Account>> {
  const dc = dataCentre(link.credentials);
  if (!dc) return { kind: "auth", reason: "credentials_refused" };
  const said = await mailchimpOf(link).account();
  if (said.kind === "problem") return classify(said.problem);
  const { account_id, account_name, email } = said.value;
  return { kind: "ok", value: { limitKey: account_id, name: account_name || account_id, detail: dc, ...(email && { owner: email }) } };
}

export async function targets(link: MailchimpLink): Promise<Answer<readonly Target[]>> {
  if (!dataCentre(link.credentials)) return { kind: "auth", reason: "credentials_refused" };
  const api = mailchimpOf(link);
  const found: Target[] = [];
  for (let total = 1; found.length < total; ) {
    const said = await api.audiences(found.length);
    if (said.kind === "problem") return classify(said.problem);
    found.push(...said.value.lists.map(target));
    total = said.value.lists.length === 0 ? 0 : said.value.total_items;
  }
  return { kind: "ok", value: found };
}

/** `member_count` leaves out all who do not get marketing, which after a sync may be everybody (contract 3.0.55). */
const target = ({ id, name, double_optin, stats }: Audience): Target => ({
  id,
  name,
  contacts: stats.total_contacts ?? stats.member_count,
  notes: double_optin ? ["double_optin"] : [],
});

const CONSEQUENCES: Readonly<Record<Settings["newStatus"], readonly Consequence[]>> = {
  // Unconfirmed contacts are not billed; the confirmation e-mail goes out at once.
  pending: [{ code: "confirmation_emails" }],
  subscribed: [{ code: "receives_marketing" }, { code: "billable_contacts" }],
  transactional: [{ code: "billable_contacts" }],
  existing_only: [],
};

/** Under a consent rule the best that can happen to a new contact is what its word asks for. */
export function consequences(settings: Settings): readonly Consequence[] {
  const rule = consentRuleOf(settings);
  if (!rule || settings.newStatus === "existing_only") return CONSEQUENCES[settings.newStatus];
  return rule.optIn === "direct" ? CONSEQUENCES.subscribed : [...CONSEQUENCES.pending, ...CONSEQUENCES.transactional];
}

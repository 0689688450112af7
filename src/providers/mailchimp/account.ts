/** What stands behind the credentials: the account, its audiences and what they require. */
import type { Account, Answer, Consequence, Target } from "../contract";
import { type Mailchimp, mailchimpOf } from "./client";
import { classify } from "./failures";
import { consentRuleOf, dataCentre, type MailchimpLink, type Settings } from "./settings";

/** Required fields are one more request for each audience: worth it for the few that most accounts have. */
const AUDIENCES_WITH_NOTES = 5;

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
  if (found.length > AUDIENCES_WITH_NOTES) return { kind: "ok", value: found };
  return { kind: "ok", value: await Promise.all(found.map((audience) => withRequiredFields(api, audience))) };
}

const target = (list: { id: string; name: string; double_optin: boolean; stats: { member_count: number | null } }): Target => ({
  id: list.id,
  name: list.name,
  contacts: list.stats.member_count,
  notes: list.double_optin ? ["double_optin"] : [],
});

async function withRequiredFields(api: Mailchimp, audience: Target): Promise<Target> {
  const said = await api.mergeFields(audience.id);
  if (said.kind === "problem") return audience;
  const required = said.value.merge_fields.filter((field) => field.required).map((field) => `requires_field:${field.tag}`);
  return { ...audience, notes: [...audience.notes, ...required] };
}

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

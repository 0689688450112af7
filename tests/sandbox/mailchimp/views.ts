/** Shapes of what Mailchimp answers (recorded traffic of 2021-22 and contract 3.0.55). */
import { stamp } from "./clock";
import type { MergeValue } from "./merge";
import type { Audience, Member, Tag } from "./state";
import type { Account } from "./world";

/** Ids are listed nowhere but on members, so an empty audience gives none away. */
const PERMISSIONS = [
  { marketing_permission_id: "0a1b2c3d4e", text: "Email" },
  { marketing_permission_id: "1b2c3d4e5f", text: "Direct Mail" },
];

const NO_LINKS: unknown[] = [];
const NO_RATES = { avg_open_rate: 0, avg_click_rate: 0 };
const PLACE = { gmtoff: 0, dstoff: 0, country_code: "", timezone: "" };
const NOWHERE = { latitude: 0, longitude: 0, ...PLACE };

function mergeFieldsOf(audience: Audience, member: Member): Record<string, MergeValue> {
  const values: Record<string, MergeValue> = {};
  for (const { tag } of audience.mergeFields) values[tag] = member.mergeFields[tag] ?? "";
  return values;
}

/** At most 50 tags are shown; `tags_count` is the truth. */
function firstTags(member: Member): { id: number; name: string }[] {
  const shown: { id: number; name: string }[] = [];
  for (const { id, name } of member.tags) {
    if (shown.length === 50) break;
    shown.push({ id, name });
  }
  return shown;
}

export function memberView(audience: Audience, member: Member) {
  const { FNAME = "", LNAME = "" } = member.mergeFields;
  return {
    id: member.hash,
    email_address: member.email,
    unique_email_id: member.contactId.slice(0, 10),
    contact_id: member.contactId,
    full_name: `${String(FNAME)} ${String(LNAME)}`.trim(),
    web_id: member.webId,
    email_type: member.emailType,
    status: member.status,
    ...(member.optOut
      ? { unsubscribe_reason: member.optOut === "self" ? "N/A (Unsubscribed by the contact)" : "N/A (Unsubscribed by an admin)" }
      : {}),
    consents_to_one_to_one_messaging: true,
    merge_fields: mergeFieldsOf(audience, member),
    interests: member.interests,
    stats: NO_RATES,
    ip_signup: member.ipSignup,
    timestamp_signup: member.timestampSignup,
    ip_opt: member.ipOpt,
    timestamp_opt: member.timestampOpt,
    member_rating: 2,
    last_changed: stamp(member.lastChanged),
    language: member.language,
    vip: member.vip,
    email_client: "",
    location: member.location ? { ...member.location, ...PLACE } : NOWHERE,
    ...(audience.marketingPermissions
      ? { marketing_permissions: PERMISSIONS.map((one) => ({ ...one, enabled: member.permissions[one.marketing_permission_id] ?? false })) }
      : {}),
    source: "API - Generic",
    tags_count: member.tags.size,
    tags: firstTags(member),
    list_id: audience.id,
    _links: NO_LINKS,
  };
}

function statsOf(audience: Audience, withTotal: boolean) {
  const [subscribed, unsubscribed, cleaned] = [audience.count("subscribed"), audience.count("unsubscribed"), audience.count("cleaned")];
  return {
    ...(withTotal ? { total_contacts: audience.members.size } : {}),
    member_count: subscribed,
    unsubscribe_count: unsubscribed,
    cleaned_count: cleaned,
    member_count_since_send: subscribed,
    unsubscribe_count_since_send: unsubscribed,
    cleaned_count_since_send: cleaned,
    campaign_count: 0,
    campaign_last_sent: "",
    merge_field_count: audience.mergeFields.length,
    avg_sub_rate: 0,
    avg_unsub_rate: 0,
    target_sub_rate: 0,
    open_rate: 0,
    click_rate: 0,
    last_sub_date: "",
    last_unsub_date: "",
  };
}

export function listView(account: Account, audience: Audience, withTotal: boolean) {
  const { dc, name } = account.seed;
  return {
    id: audience.id,
    web_id: audience.webId,
    name: audience.name,
    contact: {
      company: name,
      address1: "1 Example Street",
      address2: "",
      city: "Springfield",
      state: "",
      zip: "00000",
      country: "US",
      phone: "",
    },
    permission_reminder: "You bought in our shop.",
    use_archive_bar: true,
    campaign_defaults: { from_name: name, from_email: account.seed.email, subject: "", language: "en" },
    notify_on_subscribe: "",
    notify_on_unsubscribe: "",
    date_created: stamp(audience.createdAt.getTime()),
    list_rating: 0,
    email_type_option: false,
    subscribe_url_short: "http://eepurl.com/x",
    subscribe_url_long: `https://store.${dc}.list-manage.com/subscribe?u=0&id=${audience.id}`,
    beamer_address: `${dc}-x@inbound.mailchimp.com`,
    visibility: "prv",
    double_optin: audience.doubleOptin,
    has_welcome: false,
    marketing_permissions: audience.marketingPermissions,
    modules: [],
    stats: statsOf(audience, withTotal),
    _links: [],
  };
}

export function segmentView(audience: Audience, tag: Tag, query: URLSearchParams) {
  const counted = new Set<string>(["subscribed"]);
  for (const status of ["cleaned", "transactional", "unsubscribed"]) if (query.get(`include_${status}`) === "true") counted.add(status);
  return {
    id: tag.id,
    name: tag.name,
    member_count: [...tag.members].filter((member) => counted.has(member.status)).length,
    type: "static",
    created_at: tag.createdAt,
    updated_at: tag.createdAt,
    options: { match: "any", conditions: [] },
    list_id: audience.id,
    _links: [],
  };
}

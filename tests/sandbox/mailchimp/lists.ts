import { mergeFieldBody, parse } from "./bodies";
import { audienceOf, type Call, ok, type Route } from "./calls";
import { page } from "./paging";
import { invalidResource, notFound, notValidated } from "./problems";
import { listView } from "./views";

export const listsRoutes: Route[] = [
  ["GET", "/", root],
  ["GET", "/ping", () => ok({ health_status: "Everything's Chimpy!" })],
  ["GET", "/lists", lists],
  ["GET", "/lists/:list", (call) => ok(listView(call.account, audienceOf(call), wantsTotal(call)))],
  ["GET", "/lists/:list/merge-fields", mergeFields],
  ["POST", "/lists/:list/merge-fields", createMergeField],
  ["GET", "/lists/:list/merge-fields/:field", mergeField],
  ["GET", "/lists/:list/interest-categories", (call) => ok({ list_id: audienceOf(call).id, categories: [], total_items: 0, _links: [] })],
];

const wantsTotal = (call: Call) => call.query.get("include_total_contacts") === "true";

function root(call: Call) {
  const { accountId, name, email } = call.account.seed;
  const audiences = [...call.account.audiences.values()];
  return ok({
    account_id: accountId,
    login_id: "200000002",
    account_name: name,
    email,
    first_name: "",
    last_name: "",
    username: email,
    avatar_url: "",
    role: "owner",
    member_since: "2024-01-01T00:00:00+00:00",
    pricing_plan_type: "monthly",
    first_payment: "2024-01-01T00:00:00+00:00",
    account_timezone: "Europe/London",
    account_industry: "Retail",
    contact: { company: name, addr1: "1 Example Street", addr2: "", city: "Springfield", state: "", zip: "00000", country: "US" },
    pro_enabled: false,
    last_login: "2026-01-01T00:00:00+00:00",
    total_subscribers: audiences.reduce((sum, audience) => sum + audience.count("subscribed"), 0),
    _links: [],
  });
}

function lists(call: Call) {
  const all = [...call.account.audiences.values()];
  return ok({
    lists: page(all, call.query).map((audience) => listView(call.account, audience, wantsTotal(call))),
    total_items: all.length,
    constraints: { may_create: false, max_instances: all.length, current_total_instances: all.length },
    _links: [],
  });
}

function mergeFields(call: Call) {
  const audience = audienceOf(call);
  const [type, required] = [call.query.get("type"), call.query.get("required")];
  const fields = audience.mergeFields.filter(
    (field) => (!type || field.type === type) && (!required || String(field.required) === required),
  );
  return ok({
    merge_fields: page(fields, call.query).map((field) => ({ ...field, list_id: audience.id })),
    list_id: audience.id,
    total_items: fields.length,
    merge_field_limit: audience.mergeFieldLimit,
    _links: [],
  });
}

function mergeField(call: Call) {
  const audience = audienceOf(call);
  const field = audience.mergeFields.find((one) => String(one.merge_id) === call.params.field);
  if (!field) throw notFound();
  return ok({ ...field, list_id: audience.id });
}

/** Tags have at most ten characters of A-Z, 0-9 and `_`; without one Mailchimp makes `MMERGE{n}`. */
function createMergeField(call: Call) {
  const audience = audienceOf(call);
  const body = parse(mergeFieldBody, call.body);
  if (audience.mergeFields.length >= audience.mergeFieldLimit) throw invalidResource("This list has reached its limit of merge fields.");
  const merge_id = Math.max(0, ...audience.mergeFields.map((field) => field.merge_id)) + 1;
  const tag = body.tag?.toUpperCase() ?? `MMERGE${merge_id}`;
  if (!/^[A-Z0-9_]{1,10}$/.test(tag))
    throw notValidated([{ field: "tag", message: "Merge tags are up to 10 letters, digits or underscores." }]);
  const taken = tag === "EMAIL" || audience.mergeFields.some((field) => field.tag === tag);
  if (taken) throw invalidResource(`A Merge Field with the tag "${tag}" already exists for this list.`);
  const field = { ...body, merge_id, tag, display_order: body.display_order ?? merge_id + 1 };
  audience.mergeFields.push(field);
  return ok({ ...field, list_id: audience.id });
}

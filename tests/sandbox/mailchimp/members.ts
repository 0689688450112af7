import type { CreateBody } from "./bodies";
import { createBody, eventBody, parse, updateBody, upsertBody } from "./bodies";
import { audienceOf, type Call, noContent, ok, type Route } from "./calls";
import { mergeAfter } from "./merge";
import { page } from "./paging";
import { inComplianceOnCreate, memberExists, memberExistsOnRename, methodNotAllowed, notFound, notValidated } from "./problems";
import type { Audience, Member } from "./state";
import { memberView } from "./views";
import { applyDetails, createMember, isProtected, overwriteStatus, type Scene, updateMember } from "./writes";

export const membersRoutes: Route[] = [
  ["GET", "/lists/:list/members", listMembers],
  ["POST", "/lists/:list/members", postMember],
  ["GET", "/lists/:list/members/:member", (call) => ok(memberView(audienceOf(call), memberOf(call)))],
  ["PUT", "/lists/:list/members/:member", putMember],
  ["PATCH", "/lists/:list/members/:member", patchMember],
  ["DELETE", "/lists/:list/members/:member", archiveMember],
  ["POST", "/lists/:list/members/:member/actions/delete-permanent", deletePermanently],
  ["GET", "/lists/:list/members/:member/events", listEvents],
  ["POST", "/lists/:list/members/:member/events", addEvent],
];

export function memberOf(call: Call): Member {
  const member = audienceOf(call).find(call.params.member ?? "");
  if (!member) throw notFound();
  return member;
}

/** The contract names the hash alone for tags and erasing; addresses and contact ids find nobody there. */
export function memberByHash(call: Call): Member {
  const member = audienceOf(call).members.get((call.params.member ?? "").toLowerCase());
  if (!member) throw notFound();
  return member;
}

export function sceneOf(call: Call, via: Scene["via"]): Scene {
  const skipRequired = call.query.get("skip_merge_validation") === "true";
  return { world: call.world, account: call.account, audience: audienceOf(call), skipRequired, via };
}

function postMember(call: Call) {
  const scene = sceneOf(call, "POST");
  const body = parse(createBody, call.body);
  const known = scene.audience.byEmail(body.email_address);
  if (!known) return ok(memberView(scene.audience, createMember(scene, body)));
  if (known.status !== "archived") throw refusedCreate(known, body);
  revive(scene, known, body);
  return ok(memberView(scene.audience, known));
}

function refusedCreate(known: Member, body: CreateBody) {
  return isProtected(known) && body.status === "subscribed" ? inComplianceOnCreate(known.email) : memberExists(known.email);
}

/** An archived contact comes back with its old tags and fields. */
export function revive(scene: Scene, member: Member, body: CreateBody): void {
  member.mergeFields = mergeAfter(scene.audience.mergeFields, member.mergeFields, body.merge_fields, scene.skipRequired);
  applyDetails(member, body);
  for (const name of body.tags ?? []) scene.audience.hold(member, scene.audience.tag(name));
  overwriteStatus(scene, member, body.status);
}

/** `status_if_new` counts only when creating; `status` overwrites; `tags` are honoured only when creating. */
function putMember(call: Call) {
  const scene = sceneOf(call, "PUT");
  const body = parse(upsertBody, call.body);
  const member = scene.audience.find(call.params.member ?? "");
  if (member) {
    updateMember(scene, member, body);
    return ok(memberView(scene.audience, member));
  }
  if (scene.audience.byEmail(body.email_address)) throw memberExistsOnRename(body.email_address);
  const status = body.status_if_new ?? body.status;
  if (!status) throw notValidated([{ field: "status_if_new", message: "This value should not be blank." }]);
  return ok(memberView(scene.audience, createMember(scene, { ...body, status })));
}

/** Required fields are looked at only where merge fields are written. */
function patchMember(call: Call) {
  const scene = sceneOf(call, "PATCH");
  const member = memberOf(call);
  const body = parse(updateBody, call.body);
  updateMember({ ...scene, skipRequired: scene.skipRequired || body.merge_fields === undefined }, member, body);
  return ok(memberView(scene.audience, member));
}

function archiveMember(call: Call) {
  const member = memberOf(call);
  if (["pending", "cleaned", "archived"].includes(member.status)) {
    throw methodNotAllowed("This list member cannot be removed. Can not archive a contact that is bounced, pending or archived");
  }
  audienceOf(call).setStatus(member, "archived", "api");
  return noContent;
}

function deletePermanently(call: Call) {
  audienceOf(call).erase(memberByHash(call));
  return noContent;
}

function listEvents(call: Call) {
  const { events } = memberOf(call);
  return ok({ events: page(events, call.query), total_items: events.length, _links: [] });
}

function addEvent(call: Call) {
  const body = parse(eventBody, call.body);
  const { name, properties = {}, occurred_at = new Date().toISOString(), is_syncing = false } = body;
  memberOf(call).events.push({ name, properties, occurred_at, is_syncing });
  return noContent;
}

function listMembers(call: Call) {
  const audience = audienceOf(call);
  const found = sorted(filtered(audience, call), call.query);
  const members = page(found, call.query).map((member) => memberView(audience, member));
  return ok({ members, list_id: audience.id, total_items: found.length, _links: [] });
}

function filtered(audience: Audience, call: Call): Member[] {
  const { query, world } = call;
  const status = query.get("status");
  const [since, before] = [secondOf(query.get("since_last_changed")), secondOf(query.get("before_last_changed"))];
  const uniqueId = query.get("unique_email_id");
  return [...audience.members.values()].filter((member) => {
    if (status ? member.status !== status : member.status === "archived" && !world.options.archivedInPages) return false;
    const changed = Math.floor(member.lastChanged / 1000);
    // Exclusive, with the resolution of a second (grouparoo's recordings, read 2026-08).
    if (since !== undefined && changed <= since) return false;
    if (before !== undefined && changed >= before) return false;
    if (query.get("vip_only") === "true" && !member.vip) return false;
    return !uniqueId || member.contactId.startsWith(uniqueId);
  });
}

function secondOf(text: string | null): number | undefined {
  if (!text) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw notValidated([{ field: "since_last_changed", message: "This value is not a valid datetime." }]);
  return Math.floor(ms / 1000);
}

function sorted(members: Member[], query: URLSearchParams): Member[] {
  const field = query.get("sort_field");
  if (!field) return members;
  const keyOf = (member: Member) => (field === "timestamp_opt" ? member.timestampOpt : String(member.touched).padStart(12, "0"));
  members.sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
  return query.get("sort_dir") === "DESC" ? members.reverse() : members;
}

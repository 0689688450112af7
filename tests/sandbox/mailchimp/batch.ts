/** POST /lists/{id}: up to 500 members in one answer. 200 even if every item failed; no `status_if_new` (contract 3.0.55). */
import { hashOf } from "./addresses";
import { type BatchItem, batchBody, parse } from "./bodies";
import { type Call, ok, type Route } from "./calls";
import { revive, sceneOf } from "./members";
import { notValidated, Problem } from "./problems";
import type { Member } from "./state";
import { memberView } from "./views";
import { createMember, isProtected, noteStatusWrite, type Scene, updateMember } from "./writes";

export const batchRoutes: Route[] = [["POST", "/lists/:list", batchMembers]];

interface Ways {
  updateExisting: boolean;
  syncTags: boolean;
}
interface Result {
  new_members: unknown[];
  updated_members: unknown[];
  errors: { email_address: string; error: string; error_code: string; field: string; field_message: string }[];
}

function batchMembers(call: Call) {
  const scene = sceneOf(call, "batch");
  const body = parse(batchBody, call.body);
  if (body.members.length > 500)
    throw notValidated([{ field: "members", message: "This collection should contain 500 elements or less." }]);
  const members = withoutRepeats(body.members, call.query.get("skip_duplicate_check") === "true");
  const ways = { updateExisting: body.update_existing ?? false, syncTags: body.sync_tags ?? false };
  const result: Result = { new_members: [], updated_members: [], errors: [] };
  for (const item of members) settle(scene, item, ways, result);
  const { new_members, updated_members, errors } = result;
  const counts = { total_created: new_members.length, total_updated: updated_members.length, error_count: errors.length };
  return ok({ ...result, ...counts, _links: [] });
}

/** The first of a kind is kept; without `skip_duplicate_check` the request is refused as a whole. */
function withoutRepeats(members: BatchItem[], keepFirst: boolean): BatchItem[] {
  const seen = new Set<string>();
  const firsts = members.filter((item) => {
    const hash = hashOf(item.email_address ?? "");
    return !seen.has(hash) && seen.add(hash);
  });
  if (firsts.length < members.length && !keepFirst) {
    throw notValidated([{ field: "members", message: "Duplicate items found for some email addresses." }]);
  }
  return firsts;
}

function settle(scene: Scene, item: BatchItem, ways: Ways, result: Result): void {
  const email = item.email_address ?? "";
  const known = scene.audience.byEmail(email);
  const exists = known !== undefined && known.status !== "archived";
  if (exists && !ways.updateExisting) {
    const error = `${email} is already a list member, do you want to update? please provide update_existing:true in the request body`;
    result.errors.push({ email_address: email, error, error_code: "ERROR_CONTACT_EXISTS", field: "", field_message: "" });
    return;
  }
  try {
    const member = exists ? update(scene, known, item, ways) : create(scene, known, item);
    result[exists ? "updated_members" : "new_members"].push(memberView(scene.audience, member));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const { field = "", message = "" } = problem.extra.errors?.[0] ?? {};
    result.errors.push({ email_address: email, error: problem.detail, error_code: "ERROR_GENERIC", field, field_message: message });
  }
}

function create(scene: Scene, archived: Member | undefined, item: BatchItem): Member {
  const { email_address = "", status } = item;
  if (!status) throw notValidated([{ field: "status", message: "This value should not be blank." }]);
  if (!archived) return createMember(scene, { ...item, email_address, status });
  revive(scene, archived, { ...item, email_address, status });
  return archived;
}

/** A person's own opt-out is kept without a word; every other status overwrites, `transactional` over `subscribed` too. */
function update(scene: Scene, member: Member, item: BatchItem, ways: Ways): Member {
  const quiet = item.status === "subscribed" && isProtected(member);
  if (quiet) noteStatusWrite(scene, member, "subscribed", true);
  updateMember(scene, member, quiet ? { ...item, status: undefined } : item);
  if (ways.syncTags) for (const tag of [...member.tags]) scene.audience.release(member, tag);
  for (const name of item.tags ?? []) scene.audience.hold(member, scene.audience.tag(name));
  return member;
}

/** Static segments, which is what tags are. Other kinds are not kept here. */
import { parse, segmentBody, segmentMembersBody } from "./bodies";
import { audienceOf, type Call, noContent, ok, type Route } from "./calls";
import { memberByHash } from "./members";
import { page } from "./paging";
import { invalidResource, notFound, notValidated } from "./problems";
import type { Audience, Member, Tag } from "./state";
import { memberView, segmentView } from "./views";

export const segmentsRoutes: Route[] = [
  ["GET", "/lists/:list/segments", listSegments],
  ["POST", "/lists/:list/segments", createSegment],
  ["GET", "/lists/:list/segments/:segment", (call) => ok(segmentView(audienceOf(call), segmentOf(call), call.query))],
  ["POST", "/lists/:list/segments/:segment", changeSegment],
  ["DELETE", "/lists/:list/segments/:segment", deleteSegment],
  ["GET", "/lists/:list/segments/:segment/members", segmentMembers],
  ["DELETE", "/lists/:list/segments/:segment/members/:member", leaveSegment],
];

function segmentOf(call: Call): Tag {
  const tag = audienceOf(call).tagById(call.params.segment ?? "");
  if (!tag) throw notFound();
  return tag;
}

function listSegments(call: Call) {
  const audience = audienceOf(call);
  const type = call.query.get("type");
  const all = type && type !== "static" ? [] : [...audience.tags.values()];
  const segments = page(all, call.query).map((tag) => segmentView(audience, tag, call.query));
  return ok({ segments, list_id: audience.id, total_items: all.length, _links: [] });
}

function createSegment(call: Call) {
  const audience = audienceOf(call);
  const body = parse(segmentBody, call.body);
  if (audience.tags.has(body.name.toLowerCase())) throw invalidResource("Sorry, that tag already exists.");
  const tag = audience.tag(body.name);
  for (const member of present(audience, body.static_segment)) audience.hold(member, tag);
  return ok(segmentView(audience, tag, call.query));
}

/** Addresses that are not in the audience are ignored. */
const present = (audience: Audience, emails: string[] = []): Member[] => emails.flatMap((email) => audience.byEmail(email) ?? []);

function changeSegment(call: Call) {
  const [audience, tag] = [audienceOf(call), segmentOf(call)];
  const body = parse(segmentMembersBody, call.body);
  for (const field of ["members_to_add", "members_to_remove"] as const) {
    if ((body[field]?.length ?? 0) > 500) throw notValidated([{ field, message: "This collection should contain 500 elements or less." }]);
  }
  const added = present(audience, body.members_to_add).filter((member) => !member.tags.has(tag));
  const removed = present(audience, body.members_to_remove).filter((member) => member.tags.has(tag));
  for (const member of added) audience.hold(member, tag);
  for (const member of removed) audience.release(member, tag);
  for (const member of [...added, ...removed]) audience.touch(member);
  noteWrites(call, tag, added, removed);
  const views = (members: Member[]) => members.map((member) => memberView(audience, member));
  const counts = { total_added: added.length, total_removed: removed.length, error_count: 0 };
  return ok({ members_added: views(added), members_removed: views(removed), errors: [], ...counts, _links: [] });
}

function noteWrites(call: Call, tag: Tag, added: Member[], removed: Member[]): void {
  const listId = audienceOf(call).id;
  const note = (status: "active" | "inactive") => (member: Member) =>
    call.world.tagWrites.push({ listId, email: member.email, name: tag.name, status, isSyncing: false });
  added.forEach(note("active"));
  removed.forEach(note("inactive"));
}

function deleteSegment(call: Call) {
  audienceOf(call).dropTag(segmentOf(call));
  return noContent;
}

function segmentMembers(call: Call) {
  const audience = audienceOf(call);
  const members = [...segmentOf(call).members];
  return ok({ members: page(members, call.query).map((one) => memberView(audience, one)), total_items: members.length, _links: [] });
}

function leaveSegment(call: Call) {
  audienceOf(call).release(memberByHash(call), segmentOf(call));
  return noContent;
}

import { tagsBody } from "./bodies";
import { audienceOf, type Call, noContent, ok, type Route } from "./calls";
import { memberByHash, memberOf } from "./members";
import { page } from "./paging";

export const tagsRoutes: Route[] = [
  ["GET", "/lists/:list/members/:member/tags", listTags],
  ["POST", "/lists/:list/members/:member/tags", writeTags],
  ["GET", "/lists/:list/tag-search", searchTags],
];

function listTags(call: Call) {
  const tags = [...memberOf(call).tags].map((tag) => ({ id: tag.id, name: tag.name, date_added: tag.createdAt }));
  return ok({ tags: page(tags, call.query), total_items: tags.length, _links: [] });
}

/** Works on archived members too. A body of another shape is answered 204 as well, and does nothing (codegen#141). */
function writeTags(call: Call) {
  const member = memberByHash(call);
  const audience = audienceOf(call);
  const body = tagsBody.safeParse(call.body);
  if (!body.success) return noContent;
  for (const { name, status } of body.data.tags) {
    const isSyncing = body.data.is_syncing ?? false;
    call.world.tagWrites.push({ listId: audience.id, email: member.email, name, status, isSyncing });
    if (status === "active") audience.hold(member, audience.tag(name));
    else if (audience.tags.has(name.toLowerCase())) audience.release(member, audience.tag(name));
  }
  audience.touch(member);
  return noContent;
}

function searchTags(call: Call) {
  const start = (call.query.get("name") ?? "").toLowerCase();
  const tags = [...audienceOf(call).tags.values()]
    .filter((tag) => tag.name.toLowerCase().startsWith(start))
    .map((tag) => ({ id: tag.id, name: tag.name }));
  return ok({ tags, total_items: tags.length });
}

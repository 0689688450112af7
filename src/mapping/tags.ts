import type { MetaValue } from "@/model/customer";

/** What a provider takes: longest tag in characters, most tags on one contact. */
export interface TagLimits {
  maxLength: number;
  maxPerContact: number;
}

/**
 * `tags`: the full set wanted. `undecided`: the metadata is malformed, so only `always` is certain and tags set earlier
 * stay. `untouched`: Saleor would not show the metadata, so nothing may be said about tags at all.
 */
export type TagDecision =
  | { kind: "tags"; tags: string[]; problems: [] }
  | { kind: "undecided"; always: string[]; problems: string[] }
  | { kind: "untouched"; problems: string[] };

/** Longer than any sane list of tags; a value beyond it is a mistake of the writer, not a wish. */
const MAX_VALUE_LENGTH = 16_384;

/**
 * Private metadata `<provider>_tags` (a JSON array of strings) plus the tags that the settings put on become the wanted tags. One fault
 * spoils the whole value: half a list would look like "the other tags were removed".
 */
export function decideTags(value: MetaValue, alwaysTags: readonly string[], limits: TagLimits): TagDecision {
  if (value.kind === "unreadable") return { kind: "untouched", problems: ["tags_unreadable"] };
  const always = unique(alwaysTags);
  const read = value.kind === "absent" ? { tags: [] } : parseTags(value.value, limits);
  if ("problem" in read) return { kind: "undecided", always, problems: [read.problem] };
  const tags = unique([...read.tags, ...always]);
  if (tags.length > limits.maxPerContact) return { kind: "undecided", always, problems: ["tags_too_many"] };
  return { kind: "tags", tags, problems: [] };
}

function parseTags(text: string, limits: TagLimits): { tags: string[] } | { problem: string } {
  if (text.trim() === "") return { tags: [] };
  if (text.length > MAX_VALUE_LENGTH) return { problem: "tags_too_long" };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { problem: "tags_not_json" };
  }
  if (!Array.isArray(parsed)) return { problem: "tags_not_a_list" };
  if (!parsed.every((tag): tag is string => typeof tag === "string" && isText(tag))) return { problem: "tags_not_text" };
  if (parsed.some((tag) => [...tag.trim()].length > limits.maxLength)) return { problem: "tag_too_long" };
  return { tags: parsed };
}

/** Control characters and halves of a character pass JSON but neither a database nor a provider. */
function isText(tag: string): boolean {
  return !/[\p{Cc}\p{Surrogate}]/u.test(tag.trim());
}

/** Trimmed, without empty ones, first spelling kept: providers compare tags without regard to case. */
export function unique(tags: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const tag of tags) {
    const trimmed = tag.trim();
    const key = trimmed.toLowerCase();
    if (trimmed && !seen.has(key)) seen.set(key, trimmed);
  }
  return [...seen.values()];
}

/**
 * Who is in the audience, read once before many contacts are written: known ones then go by PUT, archived ones are
 * left alone, only the unknown are created in bulk. A batch creation has no `status_if_new` and would revive an archived
 * contact, so "not in the directory" must mean "not there at all". Kept compact: 200,000 records are about 50 MB.
 */
import type { Failure } from "@/model/outcome";
import { inParallel } from "../kit/in-parallel";
import { remember, remembered } from "../kit/remember";
import type { Member } from "./answers";
import type { Said } from "./client";
import type { Visit } from "./visit";

const TTL_MS = 10 * 60_000;
/** "Look at the provider" is not answered from an old page. */
const FORCED_MS = 2 * 60_000;
const PAGE = 1000;
const LARGEST = 200_000;
/** In flight at once; the limiter has the last word. */
const PAGES_AT_ONCE = 6;
const TRIES = 4;

interface Entry {
  contactId: string;
  status: string;
  /** `[[tag, value], …]` of the non-empty fields, as text: a tenth of the size of live objects. */
  fields: string;
  tags: readonly string[] | null;
}

export class Directory {
  readonly loadedAt = Date.now();
  private readonly entries = new Map<string, Entry>();
  private readonly fieldTags = new Set<string>();
  private readonly tagSets = new Map<string, readonly string[]>();

  get size(): number {
    return this.entries.size;
  }

  find(hash: string): Member | undefined {
    const entry = this.entries.get(hash);
    if (!entry) return undefined;
    const filled = JSON.parse(entry.fields) as [string, unknown][];
    const mergeFields = Object.fromEntries([...[...this.fieldTags].map((tag) => [tag, ""] as const), ...filled]);
    return { hash, contactId: entry.contactId, email: "", status: entry.status, mergeFields, tags: entry.tags };
  }

  note(member: Member): void {
    for (const tag of Object.keys(member.mergeFields)) this.fieldTags.add(tag);
    const filled = Object.entries(member.mergeFields).filter(([, value]) => value !== "" && value !== null);
    this.entries.set(member.hash, {
      contactId: member.contactId,
      status: member.status,
      fields: JSON.stringify(filled),
      tags: member.tags && this.shared(member.tags),
    });
  }

  forget(hash: string): void {
    this.entries.delete(hash);
  }

  /** Thousands of contacts wear the same few tags: one array for each set. */
  private shared(tags: readonly string[]): readonly string[] {
    const key = tags.join("\n");
    const known = this.tagSets.get(key);
    if (known) return known;
    this.tagSets.set(key, tags);
    return tags;
  }
}

export type DirectoryAnswer = { kind: "directory"; directory: Directory } | { kind: "too_large" } | Failure;

export async function audienceDirectory(visit: Visit, options: { forced: boolean }): Promise<DirectoryAnswer> {
  const { cache } = visit.link;
  const answer = await load(visit);
  if (!options.forced || answer.kind !== "directory" || answer.directory.loadedAt > Date.now() - FORCED_MS) return answer;
  cache.delete(cacheKey(visit));
  return load(visit);
}

/** Keeps a directory that somebody has loaded in step with what we just wrote. */
export const noteInDirectory = (visit: Visit, member: Member): void => change(visit, (directory) => directory.note(member));

export const forgetInDirectory = (visit: Visit, hash: string): void => change(visit, (directory) => directory.forget(hash));

function change(visit: Visit, act: (directory: Directory) => void): void {
  remembered<DirectoryAnswer>(visit.link.cache, cacheKey(visit))?.then(
    (answer) => answer.kind === "directory" && act(answer.directory),
    () => {},
  );
}

const cacheKey = (visit: Visit) => `directory:${visit.link.target}`;

function load(visit: Visit): Promise<DirectoryAnswer> {
  const keep = (answer: DirectoryAnswer) => answer.kind === "directory" || answer.kind === "too_large";
  return remember(visit.link.cache, cacheKey(visit), { ttlMs: TTL_MS, keep }, () => readAudience(visit));
}

async function readAudience(visit: Visit): Promise<DirectoryAnswer> {
  const directory = new Directory();
  // Whether the unfiltered list has the archived ones is not established (reference, 2026-08): both are read, by hash.
  const first = await Promise.all([readPage(visit, directory, 0), readPage(visit, directory, 0, "archived")]);
  for (const answer of first) if (typeof answer !== "number") return answer;
  const [everybody, archived] = first as [number, number];
  if (everybody + archived > LARGEST) return { kind: "too_large" };
  const rest = [...offsets(everybody).map((offset) => ({ offset })), ...offsets(archived).map((offset) => ({ offset, archived: true }))];
  const pages = await inParallel(rest, PAGES_AT_ONCE, (page) =>
    readPage(visit, directory, page.offset, "archived" in page ? "archived" : undefined),
  );
  const failed = pages.find((answer) => typeof answer !== "number");
  if (failed !== undefined && typeof failed !== "number") return failed;
  visit.link.log.info({ contacts: directory.size }, "mailchimp audience read");
  return { kind: "directory", directory };
}

const offsets = (total: number) => Array.from({ length: Math.max(0, Math.ceil(total / PAGE) - 1) }, (_, page) => (page + 1) * PAGE);

async function readPage(visit: Visit, directory: Directory, offset: number, status?: "archived"): Promise<number | Failure> {
  const said = await persistently(visit, () => visit.api.members({ offset, ...(status && { status }) }));
  if (said.kind === "problem") return visit.fail(said.problem);
  for (const member of said.value.members) directory.note(member);
  return said.value.total_items;
}

/** A page that fails once would throw the whole read away; a throttle sign has slowed the limiter meanwhile. */
async function persistently<T>(visit: Visit, look: () => Promise<Said<T>>): Promise<Said<T>> {
  for (let attempt = 1; ; attempt++) {
    const said = await look();
    if (said.kind === "ok" || attempt === TRIES || (await visit.fail(said.problem)).kind !== "retry" || visit.link.signal.aborted)
      return said;
  }
}

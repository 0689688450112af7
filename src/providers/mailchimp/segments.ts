/**
 * Bulk tagging. In: contacts with the tags to put on and take off. Out: who is surely done; the caller tags the rest
 * one by one. Mailchimp ignores addresses it does not like without a word, so only those it names count as done.
 */
import type { Failure } from "@/model/outcome";
import type { CustomerId } from "@/model/shop";
import { inParallel } from "../kit/in-parallel";
import { remember } from "../kit/remember";
import { isMissing } from "./failures";
import { comparable } from "./payload";
import type { TagJob } from "./tags";
import type { Visit } from "./visit";

const TTL_MS = 10 * 60_000;
/** Addresses in one call, each for adding and removing (contract 3.0.55). */
const CALL = 500;

interface Change {
  name: string;
  add: TagJob[];
  remove: TagJob[];
}

interface Bulk {
  done: Set<CustomerId>;
  /** Mailchimp is in trouble: the others would only run into it one by one. */
  failure: Failure | null;
}

export async function changeSegments(visit: Visit, jobs: readonly TagJob[]): Promise<Bulk> {
  const changes = chunks(byTag(jobs));
  const isCheaper = changes.length + 1 < jobs.length;
  if (!isCheaper || visit.link.cache.has(MUTE)) return { done: new Set(), failure: null };
  const undone = new Set<CustomerId>();
  let failure: Failure | null = null;
  await inParallel(changes, 4, async (change) => {
    const answer = failure ?? (await changeSegment(visit, change));
    if (Array.isArray(answer)) for (const key of answer) undone.add(key);
    else {
      failure = answer;
      for (const job of [...change.add, ...change.remove]) undone.add(job.key);
    }
  });
  return { done: new Set(jobs.map((job) => job.key).filter((key) => !undone.has(key))), failure };
}

function byTag(jobs: readonly TagJob[]): Change[] {
  const changes = new Map<string, Change>();
  const at = (name: string) => {
    const known = changes.get(name.toLowerCase()) ?? { name, add: [], remove: [] };
    changes.set(name.toLowerCase(), known);
    return known;
  };
  for (const job of jobs) {
    for (const name of job.add) at(name).add.push(job);
    for (const name of job.remove) at(name).remove.push(job);
  }
  return [...changes.values()];
}

function chunks(changes: readonly Change[]): Change[] {
  return changes.flatMap(({ name, add, remove }) =>
    Array.from({ length: Math.ceil(Math.max(add.length, remove.length) / CALL) }, (_, n) => ({
      name,
      add: add.slice(n * CALL, (n + 1) * CALL),
      remove: remove.slice(n * CALL, (n + 1) * CALL),
    })),
  );
}

/** Keys that Mailchimp did not confirm, or why the whole call failed. */
async function changeSegment(visit: Visit, change: Change): Promise<CustomerId[] | Failure> {
  const everybody = [...change.add, ...change.remove].map((job) => job.key);
  const id = await segmentId(visit, change.name);
  if (typeof id !== "number") return id ?? everybody;
  const said = await visit.api.changeSegment(id, {
    ...(change.add.length > 0 && { members_to_add: change.add.map(address) }),
    ...(change.remove.length > 0 && { members_to_remove: change.remove.map(address) }),
  });
  if (said.kind === "problem") {
    if (isMissing(said.problem)) visit.link.cache.delete(cacheKey(visit));
    return unlessRefused(visit, await visit.fail(said.problem), everybody);
  }
  const confirmed = (list: readonly { email_address: string }[]) => new Set(list.map((entry) => comparable(entry.email_address)));
  const [added, removed] = [confirmed(said.value.members_added), confirmed(said.value.members_removed)];
  if (added.size + removed.size === 0) visit.link.cache.set(MUTE, true);
  const isUndone = (names: Set<string>) => (job: TagJob) => !names.has(comparable(address(job)));
  return [...change.add.filter(isUndone(added)), ...change.remove.filter(isUndone(removed))].map((job) => job.key);
}

const address = (job: TagJob) => job.contact.mapped.email.trim();

/** Set when a segment call confirms nobody: then it would only double the calls. */
const MUTE = "segments:mute";
const cacheKey = (visit: Visit) => `segments:${visit.link.target}`;

/** What is refused in bulk may be accepted one by one, and then the refusal names the contact. */
function unlessRefused(visit: Visit, failure: Failure, everybody: CustomerId[]): CustomerId[] | Failure {
  if (failure.kind === "auth") visit.observe(failure);
  return failure.kind === "refused" || failure.reason === "member_exists" ? everybody : failure;
}

type Ids = Map<string, Promise<number | Failure>>;

/** `null` = cannot be had in bulk. The first who needs a new tag creates it, all others wait for that. */
async function segmentId(visit: Visit, name: string): Promise<number | Failure | null> {
  const ids = await remember(
    visit.link.cache,
    cacheKey(visit),
    { ttlMs: TTL_MS, keep: (answer: Ids | Failure) => answer instanceof Map },
    () => readIds(visit),
  );
  if (!(ids instanceof Map)) return ids.kind === "refused" ? null : ids;
  const key = name.toLowerCase();
  const id = ids.get(key) ?? createSegment(visit, name);
  ids.set(key, id);
  const answer = await id;
  if (typeof answer === "number") return answer;
  ids.delete(key);
  return answer.kind === "refused" ? null : answer;
}

async function readIds(visit: Visit): Promise<Ids | Failure> {
  const ids: Ids = new Map();
  for (let offset = 0; ; offset += 1000) {
    const said = await visit.api.segments(offset);
    if (said.kind === "problem") return visit.fail(said.problem);
    for (const { id, name } of said.value.segments) ids.set(name.toLowerCase(), Promise.resolve(id));
    if (offset + 1000 >= said.value.total_items) return ids;
  }
}

async function createSegment(visit: Visit, name: string): Promise<number | Failure> {
  const said = await visit.api.createSegment(name);
  return said.kind === "ok" ? said.value.id : visit.fail(said.problem);
}

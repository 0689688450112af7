/**
 * Who is in the site, by hashed e-mail and by externalId: read once before many unknown customers are matched, where
 * that costs fewer requests than asking for each. It only says where to look: what a customer holds is read anew.
 */
import type { Failure } from "@/model/outcome";
import { inParallel } from "../kit/in-parallel";
import { remember, remembered } from "../kit/remember";
import type { CustomersPage, Held } from "./answers";
import { PAGE, type Said } from "./client";
import { hashOf } from "./payload";
import type { Visit } from "./visit";

const TTL_MS = 30 * 60_000;
/** "Look at the provider" is not answered from an old page. */
const FORCED_MS = 10 * 60_000;
/** About 60 MB; reading them takes six minutes. */
const LARGEST = 300_000;
const PAGES_AT_ONCE = 3;
const TRIES = 4;

export class Directory {
  readonly loadedAt = Date.now();
  private readonly byEmail = new Map<string, number[]>();
  private readonly byExternalId = new Map<string, number>();
  private readonly ids = new Set<number>();

  get size(): number {
    return this.ids.size;
  }

  /** `null` = there is nobody. Several where several share the address. */
  find(externalId: string, email: string): readonly number[] | null {
    const own = this.byExternalId.get(externalId);
    if (own !== undefined) return [own];
    return this.byEmail.get(hashOf(email)) ?? null;
  }

  note({ id, externalId, email }: Pick<Held, "id" | "externalId" | "email">): void {
    this.ids.add(id);
    if (externalId) this.byExternalId.set(externalId, id);
    if (!email) return;
    const hash = hashOf(email);
    const known = this.byEmail.get(hash) ?? [];
    if (!known.includes(id)) this.byEmail.set(hash, [...known, id]);
  }
}

type Loaded = { kind: "directory"; directory: Directory } | { kind: "not_worth_it" } | Failure;

const key = (visit: Visit) => `directory:${visit.link.target}`;
const firstPageKey = (visit: Visit) => `first page:${visit.link.target}`;
const lookUpsKey = (visit: Visit) => `look-ups:${visit.link.target}`;

/** The one that is there already and fresh enough. */
export async function loadedDirectory(visit: Visit, options: { forced: boolean }): Promise<Directory | null> {
  const loaded = await remembered<Loaded>(visit.link.cache, key(visit));
  if (loaded?.kind !== "directory") return null;
  return options.forced && loaded.directory.loadedAt < Date.now() - FORCED_MS ? null : loaded.directory;
}

/** Who sends many has more to send: a directory that spares half of its cost by now is worth reading. */
const PATIENCE = 2;

/**
 * @param lookUps how many single questions it would spare. Those asked so far count as well: who goes on asking singly
 * for ever pays more than the whole site costs.
 */
export async function directoryIfCheaper(visit: Visit, lookUps: number): Promise<Loaded> {
  const { cache } = visit.link;
  const first = await remember(cache, firstPageKey(visit), { ttlMs: FORCED_MS, keep: (said) => said.kind === "ok" }, () =>
    visit.api.everybody(1),
  );
  if (first.kind === "problem") return visit.fail(first.problem);
  const { totalCount, totalPageCount } = first.value.pagination;
  const spent = Number(cache.get(lookUpsKey(visit)) ?? 0) + lookUps;
  if (totalCount > LARGEST || totalPageCount - 1 > spent * PATIENCE) {
    cache.set(lookUpsKey(visit), spent);
    return { kind: "not_worth_it" };
  }
  const keep = (loaded: Loaded) => loaded.kind === "directory";
  const loaded = await remember(cache, key(visit), { ttlMs: TTL_MS, keep }, () => readSite(visit, first.value));
  cache.delete(firstPageKey(visit));
  return loaded;
}

/** Keeps a directory that somebody has loaded, or is loading, in step with what we just wrote. */
export function noteInDirectory(visit: Visit, customer: Pick<Held, "id" | "externalId" | "email">): void {
  remembered<Loaded>(visit.link.cache, key(visit))?.then(
    (loaded) => loaded.kind === "directory" && loaded.directory.note(customer),
    () => {},
  );
}

/** Somebody deleted while we were paging moves others across the edge of a page: then it is read once more. */
async function readSite(visit: Visit, first: CustomersPage): Promise<Loaded> {
  for (let attempt = 1; attempt <= 2; attempt++) {
    const start = attempt === 1 ? first : await readPage(visit, 1);
    if ("kind" in start) return start;
    const directory = new Directory();
    const failure = await readPages(visit, directory, start);
    if (failure) return failure;
    const total = start.pagination.totalCount;
    visit.link.log.info({ customers: directory.size, total }, "retailcrm site read");
    if (directory.size >= total) return { kind: "directory", directory };
  }
  return { kind: "not_worth_it" };
}

/** Whoever is created meanwhile pushes others onto further pages: those are read as well. */
async function readPages(visit: Visit, directory: Directory, first: CustomersPage): Promise<Failure | null> {
  for (const customer of first.customers) directory.note(customer);
  let last = first.pagination.totalPageCount;
  let failed: Failure | null = null;
  for (let from = 2; from <= last && !failed; ) {
    const pages = Array.from({ length: last - from + 1 }, (_, n) => from + n);
    from = last + 1;
    await inParallel(pages, PAGES_AT_ONCE, async (page) => {
      const read = failed ?? (await readPage(visit, page));
      if ("kind" in read) failed = read;
      else {
        for (const customer of read.customers) directory.note(customer);
        last = Math.max(last, read.pagination.totalPageCount);
      }
    });
  }
  return failed;
}

async function readPage(visit: Visit, page: number): Promise<CustomersPage | Failure> {
  const said = await persistently(visit, () => visit.api.everybody(page));
  return said.kind === "ok" ? said.value : visit.fail(said.problem);
}

/** A page that fails once would throw the whole read away; a throttle sign has slowed the limiter meanwhile. */
async function persistently<T>(visit: Visit, look: () => Promise<Said<T>>): Promise<Said<T>> {
  for (let attempt = 1; ; attempt++) {
    const said = await look();
    if (said.kind === "ok" || attempt === TRIES || visit.link.signal.aborted) return said;
    if ((await visit.fail(said.problem)).kind !== "retry") return said;
  }
}

/** So many ids fit into one question. */
export const GROUP = PAGE;

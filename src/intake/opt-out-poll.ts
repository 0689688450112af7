/**
 * Asks providers that tell nobody about opt-outs for what happened since the last look. What is found is taken over as if
 * they had told us; how far the history was read is kept only after that, so that a poll cut off anywhere is repeated.
 */
import { claimPoll, endPoll, keepPoll, type Poll } from "@/ledger/opt-out-poll";
import type { InboundDeps } from "./inbound";
import { type OptOutConnection, takeOver } from "./take-over";

export interface OptOutPollDeps extends InboundDeps {
  /** Ids of providers that keep a history. */
  providers: readonly string[];
  everyMinutes: number;
}

/** Polls at once in this process, so that a fleet of shops does not wake together. */
const AT_ONCE = 4;
/** A history that grew for days is read in several turns: modules of the vendor take as many pages (reference 5.1, 2026-11). */
const PAGES = 25;
const PATIENCE_MS = 90_000;
const RETRY_SECONDS = 60;

type Ended = { kind: "done" | "more" } | { kind: "broken"; reason: string };

export function createOptOutPoll(deps: OptOutPollDeps) {
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  return {
    /** Starts what is due. Returns at once; a poll under way goes on by itself. */
    async tick(): Promise<void> {
      while (underWay.size < AT_ONCE && !stopping.signal.aborted) {
        const claimed = await claimPoll(deps.db, deps.providers);
        if (!claimed) return;
        const poll = run(deps, claimed, stopping.signal).finally(() => underWay.delete(poll));
        underWay.add(poll);
      }
    },
    busy: () => underWay.size > 0,
    async stop(): Promise<void> {
      stopping.abort();
      await Promise.all(underWay);
    },
  };
}

async function run(deps: OptOutPollDeps, claimed: Poll, stopping: AbortSignal): Promise<void> {
  const fields = { connection: claimed.connectionId };
  const every = deps.everyMinutes * 60;
  try {
    const ended = await poll(deps, claimed, AbortSignal.any([stopping, AbortSignal.timeout(PATIENCE_MS)]));
    if (ended.kind === "broken") deps.log.warn({ ...fields, reason: ended.reason }, "opt-outs could not be asked for, tried again soon");
    const next = { done: every * (0.9 + Math.random() * 0.2), more: 0, broken: Math.min(RETRY_SECONDS, every) };
    await endPoll(deps.db, claimed.connectionId, next[ended.kind]);
  } catch (error) {
    // The claim runs out, and the poll is repeated.
    deps.log.error({ ...fields, error: error instanceof Error ? error.name : "unknown" }, "asking for opt-outs failed");
  }
}

async function poll(deps: OptOutPollDeps, claimed: Poll, signal: AbortSignal): Promise<Ended> {
  const { connectionId } = claimed;
  const connection = await deps.open(connectionId, signal);
  if (typeof connection === "string") return { kind: "broken", reason: `connection_${connection}` };
  if (connection.rules.length === 0) return nothingToWrite(deps, claimed);
  let { cursor } = claimed;
  for (let page = 0; page < PAGES; page++) {
    const read = await takePage(deps, { connectionId, connection, cursor });
    if (read.kind === "broken") return read;
    cursor = read.cursor;
    await keepPoll(deps.db, connectionId, cursor);
    if (!read.isMore) return { kind: "done" };
    if (signal.aborted) return { kind: "broken", reason: "stopping" };
  }
  return { kind: "more" };
}

/** No rule says where an opt-out would belong: the first rule begins with its own "now". */
async function nothingToWrite(deps: OptOutPollDeps, { connectionId, cursor }: Poll): Promise<Ended> {
  if (cursor !== null) await keepPoll(deps.db, connectionId, null);
  return { kind: "done" };
}

interface Page {
  connectionId: string;
  connection: OptOutConnection;
  cursor: string | null;
}

async function takePage(
  deps: OptOutPollDeps,
  { connectionId, connection, cursor }: Page,
): Promise<{ kind: "read"; cursor: string; isMore: boolean } | Extract<Ended, { kind: "broken" }>> {
  const answer = await connection.provider.history?.optOutsSince(connection.link, cursor);
  if (answer?.kind !== "ok") return { kind: "broken", reason: answer?.reason ?? "not_offered" };
  for (const { channels, ...hint } of answer.value.optOuts)
    if (!(await takeOver(deps, { connectionId, connection, hint, channels }))) return { kind: "broken", reason: "saleor_silent" };
  return { kind: "read", cursor: answer.value.cursor, isMore: answer.value.isMore };
}

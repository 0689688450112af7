/**
 * One call of the adapter: the settings and what went wrong so far. `each` works through contacts and turns whatever
 * happens into one outcome per contact; `fail` reads a problem and remembers what would be everybody's answer.
 */
import type { Failure, Outcome } from "@/model/outcome";
import type { CustomerId } from "@/model/shop";
import { inParallel } from "../kit/in-parallel";
import { type Call, call, type Said } from "./client";
import { classify, isWrongAddress, type Problem } from "./failures";
import { type MindboxLink, placeOf, type Settings } from "./settings";

/** Several batches run at once and keep the limiter busy together; little is begun when something stops one of them. */
const WIDTH = 24;
/** So many troubles in a row, and the rest of the batch waits instead of running into time-outs. */
const TROUBLE_IN_A_ROW = 5;
/** "Wrong call" for so many in a row is no matter of the customer's data. */
const PROTOCOL_ERRORS_IN_A_ROW = 5;
/** Mindbox blocks an address that asks for what is not there. */
const WRONG_ADDRESSES = 3;
const WRONG_ADDRESSES_SEEN = "wrong addresses";
const ANSWERED = "answered";

export class Visit {
  private stop: Failure | null;
  private troubles = 0;
  private protocolErrors = 0;

  constructor(readonly link: MindboxLink) {
    this.stop = placeProblem(link);
  }

  get settings(): Settings {
    return this.link.settings;
  }

  get stopped(): Failure | null {
    return this.stop;
  }

  /** One answer for every item, whatever happens; once something stops everybody nothing more is sent. */
  async each<T extends { key: CustomerId }, R extends { kind: string }>(
    items: readonly T[],
    work: (item: T) => Promise<R | Outcome>,
  ): Promise<Map<CustomerId, R | Outcome>> {
    const one = async (item: T) => [item.key, this.stop ?? (await this.guard(() => work(item)))] as const;
    // One goes first where nobody has had an answer lately: what would be everybody's is met once.
    const probes = this.link.cache.has(ANSWERED) ? 0 : 1;
    const first = await inParallel(items.slice(0, probes), 1, one);
    return new Map([...first, ...(await inParallel(items.slice(probes), WIDTH, one))]);
  }

  private async guard<R extends { kind: string }>(work: () => Promise<R | Outcome>): Promise<R | Outcome> {
    try {
      return this.observe(await work());
    } catch (error) {
      // A bug of ours must not hold back the rest of the batch. The message may quote data, so only its class is logged.
      this.link.log.error({ error: error instanceof Error ? error.name : "unknown" }, "mindbox adapter failed on one contact");
      return { kind: "retry", reason: "adapter_error" };
    }
  }

  private observe<R extends { kind: string }>(outcome: R | Outcome): R | Outcome {
    if (isFailure(outcome, "auth")) this.stop = outcome;
    if (!isFailure(outcome, "retry")) this.troubles = 0;
    else if (++this.troubles >= TROUBLE_IN_A_ROW) this.stop ??= outcome;
    if (!isFailure(outcome, "refused") || outcome.reason !== "protocol_error") this.protocolErrors = 0;
    else if (++this.protocolErrors >= PROTOCOL_ERRORS_IN_A_ROW) this.stop = { ...outcome, kind: "auth", reason: "calls_refused" };
    return outcome;
  }

  async call(request: Call): Promise<Said> {
    const said = await call(this.link, request, () => this.stop === null);
    if (said.kind === "ok") {
      this.link.cache.delete(WRONG_ADDRESSES_SEEN);
      this.link.cache.set(ANSWERED, true);
    }
    return said;
  }

  fail(problem: Problem, given: readonly string[] = []): Failure {
    if (problem.result.kind === "aborted" && this.stop) return this.stop;
    return isWrongAddress(problem) ? this.wrongAddress() : classify(problem, given);
  }

  /** The first ends the batch, the third the connection: counted over batches, for as long as the link's cache lives. */
  private wrongAddress(): Failure {
    const { cache } = this.link;
    const seen = Number(cache.get(WRONG_ADDRESSES_SEEN) ?? 0) + 1;
    cache.delete(ANSWERED);
    cache.set(WRONG_ADDRESSES_SEEN, seen);
    const failure: Failure =
      seen >= WRONG_ADDRESSES ? { kind: "auth", reason: "wrong_address" } : { kind: "retry", reason: "vendor_error" };
    if (failure.kind === "auth" || !this.stop) this.stop = failure;
    return failure;
  }
}

function placeProblem({ target, credentials }: MindboxLink): Failure | null {
  if (!target) return { kind: "auth", reason: "target_not_chosen" };
  return target === placeOf(credentials) ? null : { kind: "auth", reason: "target_gone" };
}

function isFailure<K extends Failure["kind"]>(outcome: { kind: string }, kind: K): outcome is Extract<Failure, { kind: K }> {
  return outcome.kind === kind;
}

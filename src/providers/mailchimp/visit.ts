/**
 * One call of the adapter: the client, the settings and what went wrong so far. `each` works through contacts and
 * turns whatever happens into one outcome per contact; `fail` reads a problem, telling a missing contact from a
 * missing audience.
 */
import type { Failure, Outcome } from "@/model/outcome";
import type { CustomerId } from "@/model/shop";
import { inParallel } from "../kit/in-parallel";
import { remember } from "../kit/remember";
import { type Mailchimp, mailchimpOf, type Said } from "./client";
import { classify, isMissing, type Problem } from "./failures";
import { dataCentre, type MailchimpLink, type Settings } from "./settings";

/** A little more than the limiter lets through, so that it never waits for us. */
const WIDTH = 8;
/** So many in a row and Mailchimp is in trouble: the rest of the batch waits instead of running into time-outs. */
const TROUBLE_IN_A_ROW = 5;
const AUDIENCE_SEEN_MS = 60_000;

export class Visit {
  readonly api: Mailchimp;
  private stop: Failure | null = null;
  private troubles = 0;

  constructor(readonly link: MailchimpLink) {
    this.api = mailchimpOf(link);
    if (!dataCentre(link.credentials)) this.stop = { kind: "auth", reason: "credentials_refused" };
    else if (!link.target) this.stop = { kind: "auth", reason: "target_not_chosen" };
  }

  get settings(): Settings {
    return this.link.settings;
  }

  /** One answer for every item, whatever happens; after a lost credential nothing more is sent. */
  async each<T extends { key: CustomerId }, R extends { kind: string }>(
    items: readonly T[],
    work: (item: T) => Promise<R | Outcome>,
  ): Promise<Map<CustomerId, R | Outcome>> {
    const done = await inParallel(items, WIDTH, async (item) => [item.key, this.stop ?? (await this.guard(() => work(item)))] as const);
    return new Map(done);
  }

  private async guard<R extends { kind: string }>(work: () => Promise<R | Outcome>): Promise<R | Outcome> {
    try {
      return this.observe(await work());
    } catch (error) {
      // A bug of ours must not hold back the rest of the batch. The message may quote data, so only its class is logged.
      this.link.log.error({ error: error instanceof Error ? error.name : "unknown" }, "mailchimp adapter failed on one contact");
      return { kind: "retry", reason: "adapter_error" };
    }
  }

  /** Every failure passes here, so that later contacts are not sent into the same wall. */
  observe<R extends { kind: string }>(outcome: R | Outcome): R | Outcome {
    if (isFailure(outcome, "auth")) this.stop = outcome;
    if (!isFailure(outcome, "retry")) this.troubles = 0;
    else if (outcome.reason !== "too_many_signups" && ++this.troubles >= TROUBLE_IN_A_ROW) this.stop ??= outcome;
    return outcome;
  }

  get stopped(): Failure | null {
    return this.stop;
  }

  async fail(problem: Problem, given: readonly string[] = []): Promise<Failure> {
    if (!isMissing(problem)) return classify(problem, given);
    return (await this.audienceGone()) ?? { kind: "retry", reason: "vendor_error" };
  }

  /** A 404 speaks of the contact or of the audience; asking for the audience tells which. `null` = it is there. */
  async audienceGone(): Promise<Failure | null> {
    const there = await remember(
      this.link.cache,
      `audience:${this.link.target}`,
      { ttlMs: AUDIENCE_SEEN_MS, keep: (said: Said<unknown>) => said.kind === "ok" },
      () => this.api.audience(),
    );
    if (there.kind === "ok") return null;
    return isMissing(there.problem) ? { kind: "auth", reason: "target_gone" } : classify(there.problem);
  }
}

function isFailure<K extends Failure["kind"]>(outcome: { kind: string }, kind: K): outcome is Extract<Failure, { kind: K }> {
  return outcome.kind === kind;
}

/**
 * One call of the adapter: the client, the settings and what went wrong so far. `each` works through contacts and turns
 * whatever happens into one outcome per contact; `fail` reads a problem, telling a wrong key from a missing permission
 * and a missing customer from a missing site.
 */
import type { Failure, Outcome } from "@/model/outcome";
import type { CustomerId } from "@/model/shop";
import { inParallel } from "../kit/in-parallel";
import { remember } from "../kit/remember";
import type { Site } from "./answers";
import { baseOf, type RetailCrm, retailCrmOf, type Said } from "./client";
import { classify, isAccountUnknown, isDenied, isMissing, type Problem } from "./failures";
import type { RetailCrmLink, Settings } from "./settings";

/** A little more than the limiter lets through, so that it never waits for us. */
const WIDTH = 4;
/** So many in a row and the vendor is in trouble: the rest of the batch waits instead of running into time-outs. */
const TROUBLE_IN_A_ROW = 5;
const SITE_FIELD = /(^|\W)sites?$/;
const ACCESS_SEEN_MS = 60_000;
const TIMEZONE_SEEN_MS = 10 * 60_000;

/** What the key may do and see. */
export interface Access {
  scopes: readonly string[];
  sites: readonly Site[];
}

export class Visit {
  readonly api: RetailCrm;
  private stop: Failure | null = null;
  private troubles = 0;

  constructor(readonly link: RetailCrmLink) {
    this.api = retailCrmOf(link);
    if (!baseOf(link)) this.stop = { kind: "auth", reason: "host_refused" };
    else if (!link.target) this.stop = { kind: "auth", reason: "target_not_chosen" };
  }

  get settings(): Settings {
    return this.link.settings;
  }

  get stopped(): Failure | null {
    return this.stop;
  }

  /** Before customers are talked about: a list filtered by a site that is gone may be empty, and would be believed. */
  async begin(): Promise<Failure | null> {
    if (!this.stop) {
      const gone = await this.siteGone();
      if (gone) this.observe(gone);
      return gone;
    }
    return this.stop;
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
      this.link.log.error({ error: error instanceof Error ? error.name : "unknown" }, "retailcrm adapter failed on one contact");
      return { kind: "retry", reason: "adapter_error" };
    }
  }

  /** Every failure passes here, so that later contacts are not sent into the same wall. */
  observe<R extends { kind: string }>(outcome: R | Outcome): R | Outcome {
    if (isFailure(outcome, "auth")) this.stop = outcome;
    if (!isFailure(outcome, "retry")) this.troubles = 0;
    else if (++this.troubles >= TROUBLE_IN_A_ROW) this.stop ??= outcome;
    return outcome;
  }

  async fail(problem: Problem, given: readonly string[] = []): Promise<Failure> {
    if (isAccountUnknown(problem)) return classify(problem, given);
    if (isDenied(problem)) return this.denied(problem);
    return (await this.siteRefused(problem)) ?? classify(problem, given);
  }

  /** A refusal that names the site is looked into anew; one that names nothing may still be about it. */
  private async siteRefused({ status, errors }: Problem): Promise<Failure | null> {
    if (status !== 400 || !errors.every(({ field }) => field === "" || SITE_FIELD.test(field))) return null;
    if (errors.some(({ field }) => SITE_FIELD.test(field))) this.link.cache.delete("access");
    return this.siteGone();
  }

  /** Asks what the key may do at all: the one question that needs no permission. */
  private async denied(problem: Problem): Promise<Failure> {
    const said = await this.api.credentials();
    if (said.kind === "problem") return keyRefused(said.problem);
    const { scopes, siteAccess, sitesAvailable } = said.value;
    if (problem.scope && !scopes.includes(problem.scope)) return { kind: "auth", reason: `permission_missing:${problem.scope}` };
    if (siteAccess === "access_selective" && this.link.target && !sitesAvailable.includes(this.link.target))
      return { kind: "auth", reason: "target_gone" };
    if (isMissing(problem)) return { kind: "retry", reason: "vendor_error" };
    return { ...classify(problem), kind: "auth", reason: "forbidden" };
  }

  async access(): Promise<Access | Failure> {
    const said = await this.api.credentials();
    if (said.kind === "problem") return keyRefused(said.problem);
    const { scopes, siteAccess, sitesAvailable } = said.value;
    const listed = await this.api.sites();
    if (listed.kind === "ok") {
      const isSeen = ({ code }: Site) => siteAccess !== "access_selective" || sitesAvailable.includes(code);
      return { scopes, sites: listed.value.sites.filter((site) => site.active && isSeen(site)) };
    }
    // A key of chosen sites can do without their names.
    if (listed.problem.status === 403 && sitesAvailable.length > 0)
      return { scopes, sites: sitesAvailable.map((code) => ({ code, name: code, active: true })) };
    return this.fail(listed.problem);
  }

  /** `null` = the key still sees the site. */
  async siteGone(): Promise<Failure | null> {
    const { cache, target } = this.link;
    const keep = (found: Access | Failure) => !("kind" in found);
    const access = await remember(cache, "access", { ttlMs: ACCESS_SEEN_MS, keep }, () => this.access());
    if ("kind" in access) return access;
    if (access.sites.some(({ code }) => code === target)) return null;
    cache.delete("access");
    return { kind: "auth", reason: "target_gone" };
  }

  /** The account's zone: datetimes carry none. `null` = the account does not say. */
  async timezone(): Promise<string | null | Failure> {
    const keep = (said: Said<unknown>) => said.kind === "ok" || said.problem.status === 403;
    const said = await remember(this.link.cache, "timezone", { ttlMs: TIMEZONE_SEEN_MS, keep }, () => this.api.settings());
    if (said.kind === "ok") return said.value.settings.timezone.value;
    return said.problem.status === 403 || said.problem.status === 404 ? null : this.fail(said.problem);
  }
}

/** 403 and 404 have both been seen for a wrong key; 404 is also what an account says that does not exist. */
function keyRefused(problem: Problem): Failure {
  if (isAccountUnknown(problem) || !isDenied(problem)) return classify(problem);
  return { kind: "auth", reason: "credentials_refused" };
}

function isFailure<K extends Failure["kind"]>(outcome: { kind: string }, kind: K): outcome is Extract<Failure, { kind: K }> {
  return outcome.kind === kind;
}

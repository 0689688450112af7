/** Acts a story out in a town, and remembers what nobody could read off the town in the end. */
import { setTimeout as pause } from "node:timers/promises";
import type { SignedRequest } from "../sandbox/saleor/courier";
import type { Person } from "../sandbox/saleor/people";
import { ADDRESSES, type Fate, IMPORT_TAGS, MOST_CUSTOMERS, type Step, type Story, type Tags } from "./story";
import { healAll, saveImportTag, type Town } from "./town";

export interface Memory {
  /** Who had an address in Saleor from when till when, milliseconds. */
  owners: { address: string; from: number; till: number }[];
  /** Tags put on by hand, by contact. */
  byHand: { contactId: string; tag: string }[];
  archivedByAdmin: Set<string>;
  collected: Map<string, { name: string }>;
  /** Every tag that a customer's metadata ever named. */
  everWished: Map<string, Set<string>>;
  /** Something happened that nobody told us of, or that we could not see: catch-up must find it. */
  needsCatchUp: boolean;
  /** A deletion nobody told us of, or drift that no event announces: comparison must find it. */
  needsComparison: boolean;
}

export const addressAt = (n: number) => `p${n % ADDRESSES}@shop-one.dev`;
const ELSEWHERE = "elsewhere@shop-one.dev";
const TAGS_KEY = "mailchimp_tags";

export class Teller {
  readonly memory: Memory = {
    owners: [],
    byHand: [],
    archivedByAdmin: new Set(),
    collected: new Map(),
    everWished: new Map(),
    needsCatchUp: false,
    needsComparison: false,
  };
  private readonly late: SignedRequest[] = [];
  private readonly underWay: Promise<void>[] = [];
  private names = 0;
  private live = true;

  constructor(private readonly town: Town) {}

  async tell(story: Story): Promise<void> {
    await this.begin(story);
    for (const step of story.steps) await this.act(step);
  }

  private async begin({ known, collected }: Story): Promise<void> {
    for (let n = 0; n < collected; n++) {
      const name = `Collected${n}`;
      this.audience.seed([
        { email: addressAt(n), status: "subscribed", merge_fields: { FNAME: name, LNAME: "" }, tags: ["newsletter form"] },
      ]);
      const contactId = this.audience.member(addressAt(n))!.contact_id;
      this.memory.collected.set(contactId, { name });
      this.memory.byHand.push({ contactId, tag: "newsletter form" });
    }
    for (let n = 0; n < known; n++)
      await this.act({ do: "create", at: n + 1, named: true, tags: n % 2 ? ["vip"] : "removed", hasOrdered: false, fate: "meanwhile" });
    await Promise.all(this.underWay);
    await this.town.quiet();
  }

  /** What is still on its way arrives, the last first; all troubles end; what nobody told is found. */
  async end(): Promise<void> {
    const { town, memory } = this;
    healAll(town.saleor, town.mailchimp);
    await Promise.all(this.underWay);
    for (const request of this.late.splice(0).reverse()) await this.deliver(request);
    if (!this.live) await this.setLive(true);
    await town.quiet();
    if (memory.needsCatchUp) await town.catchUp();
    await town.quiet();
    if (memory.needsComparison) await this.compareForADay();
  }

  /** Three reads over a day say that somebody is gone. */
  private async compareForADay(): Promise<void> {
    await this.town.compare();
    await this.town.quiet();
    await this.town.rows("update ledger set absent_since = now() - interval '25 hours', absent_reads = 2 where absent_reads > 0");
    await this.town.compare();
    await this.town.quiet();
  }

  private get audience() {
    return this.town.mailchimp.audience();
  }

  private get people(): Person[] {
    return this.town.saleor.customers.all().filter((person) => !person.isStaff);
  }

  private pick(who: number): Person | undefined {
    const { people } = this;
    return people[who % Math.max(1, people.length)];
  }

  private async act(step: Step): Promise<void> {
    switch (step.do) {
      case "create":
        return this.create(step);
      case "rename":
        return this.change(step.who, step.fate, ({ id }) =>
          this.customers.update(id, { firstName: this.name(step.named), lastName: this.name(step.named) }, { silent: true }),
        );
      case "tags":
        return this.change(step.who, step.fate, ({ id }) =>
          this.customers.setPrivateMeta(id, { [TAGS_KEY]: this.wish(id, step.tags) }, { silent: true }),
        );
      case "move":
        return this.move(this.pick(step.who), addressAt(step.to), step.fate);
      case "swap":
        return this.swap(this.pick(step.who), this.pick(step.with), step.fates);
      case "delete":
        return this.remove(this.pick(step.who), step.byThemselves, step.fate);
      case "return":
        return this.comeBack(this.pick(step.who), step);
      case "promote":
        return this.promote(this.pick(step.who));
      case "login":
        return void (await this.change(step.who, "lost", ({ id }) => this.customers.login(id)));
      case "quiet":
        await Promise.all(this.underWay);
        return this.town.quiet();
      case "moment":
        return pause(step.ms);
      case "mailchimp fails":
        return this.breakMailchimp(step);
      case "saleor fails":
        return this.town.saleor.fail({ kind: step.how, times: step.times, auth: "app" });
      case "replica lags":
        // Two changes within the lag look alike to us: the second one is found by catch-up.
        if (step.ms > 0) this.memory.needsCatchUp = true;
        this.town.saleor.dials.replicaLagMs = step.ms;
        return;
      case "tag by hand":
        return this.tagByHand(addressAt(step.at));
      case "unsubscribe":
        return this.atContact(addressAt(step.at), (email) => this.audience.unsubscribe(email));
      case "admin archives":
        return this.atContact(addressAt(step.at), (email, contactId) => {
          this.audience.archive(email);
          this.memory.archivedByAdmin.add(contactId);
        });
      case "import tag":
        // Contacts that do not change themselves get the new tag when they are compared, or by a full sync.
        this.memory.needsComparison = true;
        await saveImportTag(this.town.page, this.town.connectionId, IMPORT_TAGS[step.to]!).catch(() => "unavailable");
        return;
      case "pause":
        return this.setLive(false);
      case "resume":
        return this.setLive(true);
      case "restart":
        return this.town.restart();
    }
  }

  private get customers() {
    return this.town.saleor.customers;
  }

  private name(named: boolean): string {
    return named ? `N${++this.names}` : "";
  }

  private wish(id: string, tags: Tags): string | null {
    const wished = this.memory.everWished.get(id) ?? new Set();
    this.memory.everWished.set(id, wished);
    if (tags === "removed") return null;
    if (tags === "malformed") return "vip, loyal";
    for (const tag of tags) wished.add(tag);
    return JSON.stringify(tags);
  }

  private async create({ at, named, tags, hasOrdered, fate }: Extract<Step, { do: "create" }>): Promise<void> {
    const email = addressAt(at);
    if (this.customers.findByEmail(email) || this.customers.all().length >= MOST_CUSTOMERS) return;
    const person = await this.customers.create(
      { email, firstName: this.name(named), lastName: this.name(named), orders: hasOrdered ? 1 : 0 },
      { silent: true },
    );
    const wish = this.wish(person.id, tags);
    if (wish !== null) await this.customers.setPrivateMeta(person.id, { [TAGS_KEY]: wish }, { silent: true });
    this.settle(email);
    await this.announce("CUSTOMER_CREATED", person.id, fate);
  }

  private async change(who: number, fate: Fate, how: (person: Person) => Promise<unknown>): Promise<void> {
    const person = this.pick(who);
    if (!person) return;
    await how(person);
    await this.announce("CUSTOMER_UPDATED", person.id, fate);
  }

  private async move(person: Person | undefined, to: string, fate: Fate): Promise<void> {
    if (!person || this.customers.findByEmail(to)) return;
    this.leave(person.email);
    await this.customers.changeEmail(person.id, to, { silent: true });
    this.settle(to);
    await this.announce("CUSTOMER_UPDATED", person.id, fate);
  }

  private async swap(one: Person | undefined, other: Person | undefined, fates: readonly [Fate, Fate, Fate]): Promise<void> {
    if (!one || !other || one.id === other.id) return;
    await this.move(one, ELSEWHERE, fates[0]);
    await this.move(other, one.email, fates[1]);
    await this.move(this.customers.get(one.id), other.email, fates[2]);
  }

  private async remove(person: Person | undefined, byThemselves: boolean, fate: Fate): Promise<void> {
    if (!person) return;
    const event = byThemselves ? "ACCOUNT_DELETED" : "CUSTOMER_DELETED";
    const request = await this.draft(event, person.id);
    await this.customers.delete(person.id, { silent: true });
    this.leave(person.email);
    if (fate === "lost" || !this.live) this.memory.needsComparison = true;
    await this.send(request, fate);
  }

  private async comeBack(person: Person | undefined, { named, fates }: Extract<Step, { do: "return" }>): Promise<void> {
    if (!person) return;
    await this.remove(person, false, fates[0]);
    const at = Number(/\d+/.exec(person.email)?.[0] ?? 0);
    await this.create({ do: "create", at, named, tags: ["vip"], hasOrdered: false, fate: fates[1] });
  }

  private async promote(person: Person | undefined): Promise<void> {
    if (!person) return;
    // No event tells it: who is missing from the customers is found by comparison.
    this.memory.needsComparison = true;
    await this.customers.promoteToStaff(person.id);
  }

  private breakMailchimp({ how, times, on }: Extract<Step, { do: "mailchimp fails" }>): void {
    const kinds = { "cut after the write": "cut", "hang after the write": "hang" } as const;
    const kind = how in kinds ? kinds[how as keyof typeof kinds] : (how as "error500" | "throttle429" | "cut");
    const afterwards = how in kinds;
    const match = on === "writes" ? "/members" : undefined;
    this.town.mailchimp.fail({ kind, times: how === "throttle429" ? 1 : times, afterwards, ms: 15, match });
  }

  private atContact(email: string, act: (email: string, contactId: string) => void): void {
    const member = this.audience.member(email);
    if (member && member.status !== "archived") act(email, member.contact_id);
  }

  private tagByHand(email: string): void {
    this.atContact(email, (at, contactId) => {
      const tag = `by hand ${this.memory.byHand.length}`;
      this.audience.addTag(at, tag);
      this.memory.byHand.push({ contactId, tag });
    });
  }

  private async setLive(live: boolean): Promise<void> {
    const { page, connectionId } = this.town;
    await page.connections.setLive.mutate({ id: connectionId, live }).catch(() => {});
    const [row] = await this.town.rows<{ live: boolean }>(`select live from connection_state where id = '${connectionId}'`);
    this.live = row!.live;
    // What changed during a pause is looked for when it ends.
    this.memory.needsCatchUp = true;
  }

  private settle(address: string): void {
    this.memory.owners.push({ address, from: Date.now(), till: Number.POSITIVE_INFINITY });
  }

  private leave(address: string): void {
    const owner = this.memory.owners.findLast((one) => one.address === address);
    if (owner) owner.till = Date.now();
  }

  private async announce(event: string, customerId: string, fate: Fate): Promise<void> {
    if (fate === "lost" || !this.live) this.memory.needsCatchUp = true;
    await this.send(await this.draft(event, customerId), fate);
  }

  private draft(event: string, customerId: string): Promise<SignedRequest> {
    return this.town.saleor.draftWebhook({ appId: this.town.appId, event, customerId });
  }

  private async send(request: SignedRequest, fate: Fate): Promise<void> {
    if (fate === "late") this.late.push(request);
    if (fate === "told") await this.deliver(request);
    if (fate === "meanwhile") this.underWay.push(this.deliver(request));
    if (fate === "twice") await Promise.all([this.deliver(request), this.deliver(request)]);
  }

  /** As Saleor does: again after a 5xx, five times. */
  private async deliver({ url, headers, body }: SignedRequest): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const status = await fetch(url, { method: "POST", headers, body }).then((answer) => answer.status);
      if (status === 200) return;
      if (status < 500 || attempt === 6) throw new Error(`the webhook was answered ${status}`);
      await pause(20 * 2 ** attempt);
    }
  }
}

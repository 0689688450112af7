/** Acts a story out in a town: what customers do, and what becomes of the news of it. */
import { setTimeout as pause } from "node:timers/promises";
import type { Person } from "../sandbox/saleor/people";
import { addressAt, emptyMemory, leaveFrom, settleAt } from "./memory";
import { Merchant } from "./merchant";
import { Metadata } from "./metadata";
import { Post } from "./post";
import { type Fate, MOST_CUSTOMERS, type Step, type Story } from "./story";
import { healAll, type Town } from "./town";

const ELSEWHERE = "elsewhere@shop-one.dev";

/** Of those who are there when it begins. */
const WORDS = ["yes", "no", "removed"] as const;

type Of<K extends Step["do"]> = Extract<Step, { do: K }>;

export class Teller {
  readonly memory = emptyMemory();
  /** For whoever reads about a story that ended wrong: a line for each step, and what it led to. */
  readonly journal: string[] = [];
  private readonly post = new Post(this.memory, () => this.live);
  private readonly merchant: Merchant;
  private readonly metadata: Metadata;
  private names = 0;
  private live = true;

  constructor(private readonly town: Town) {
    this.merchant = new Merchant(town, this.memory);
    this.metadata = new Metadata(town, this.memory);
  }

  async tell(story: Story): Promise<void> {
    await this.noted("begin", () => this.begin(story));
    for (const step of story.steps)
      await this.noted(JSON.stringify(step), async () => {
        if (await this.act(step)) this.memory.happened.add(step.do);
      });
    await this.noted("end", () => this.end());
  }

  private async noted(what: string, act: () => Promise<void>): Promise<void> {
    const { customers } = this;
    const before = this.town.mailchimp.requests.length;
    await act();
    const people = customers.all().map(({ pk, email, firstName, isStaff }) => `${pk}${isStaff ? " (staff)" : ""} ${email} ${firstName}`);
    const requests = this.town.mailchimp.requests.slice(before).map(({ method, path, status }) => `${method} ${shortened(path)} ${status}`);
    this.journal.push(`${what}\n    ${people.join(", ")} | ${requests.join(", ")}`);
  }

  private async begin({ known, collected, rule, listens }: Story): Promise<void> {
    this.merchant.collect(collected);
    if (rule) await this.metadata.saveRule(rule);
    if (listens) await this.metadata.listen();
    for (let n = 0; n < known; n++)
      await this.create({
        do: "create",
        at: n + 1,
        named: true,
        tags: n % 2 ? ["vip"] : "removed",
        word: WORDS[n % WORDS.length]!,
        hasOrdered: false,
        fate: "meanwhile",
      });
    await this.post.settled();
    await this.town.delivered();
  }

  /** All troubles end; what is still on its way arrives; what nobody told is found. */
  private async end(): Promise<void> {
    const { town, memory } = this;
    healAll(town.saleor, town.mailchimp);
    await this.post.settled();
    await this.post.arrive();
    // A person whose click failed clicks again.
    await town.until(async () => this.live || this.setLive(true));
    await town.told();
    await town.quiet();
    if (memory.needsCatchUp) await town.catchUp({ whole: true });
    await town.quiet();
    if (memory.needsComparison) await town.compareForADay();
  }

  private get customers() {
    return this.town.saleor.customers;
  }

  private pick(who: number): Person | undefined {
    const people = this.customers.all().filter((person) => !person.isStaff);
    return people[who % Math.max(1, people.length)];
  }

  /** @returns whether the step changed anything. */
  private async act(step: Step): Promise<boolean> {
    switch (step.do) {
      case "create":
        return this.create(step);
      case "rename":
        return this.change(step.who, step.fate, ({ id }) =>
          this.customers.update(id, { firstName: this.name(step.named), lastName: this.name(step.named) }, { silent: true }),
        );
      case "tags":
        return this.change(step.who, step.fate, ({ id }) => this.metadata.wish(id, step.tags));
      case "consent":
        return this.change(step.who, step.fate, ({ id }) => this.metadata.say(id, step.word));
      case "consent rule":
        this.memory.ruleChanged = true;
        return this.metadata.saveRule(step.rule);
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
        return this.change(step.who, null, ({ id }) => this.customers.login(id));
      case "post":
        return this.post.arrive();
      case "quiet":
        await this.post.settled();
        await this.town.quiet();
        return true;
      case "moment":
        await pause(step.ms);
        return true;
      case "catch up":
        await this.town.catchUp();
        return true;
      case "compare":
        // Nobody is compared during a pause.
        if (this.live) await this.town.compare();
        return this.live;
      case "mailchimp fails":
        return this.merchant.breakMailchimp(step);
      case "saleor fails":
        return this.merchant.breakSaleor(step);
      case "replica lags":
        return this.merchant.lag(step.ms);
      case "tag by hand":
        return this.merchant.tagByHand(step.at);
      case "unsubscribe":
        return this.merchant.unsubscribed(step.at);
      case "subscribe":
        return this.merchant.subscribed(step.at);
      case "admin archives":
        return this.merchant.archive(step.at);
      case "settings":
        return this.merchant.save(step.save);
      case "pause":
        return this.setLive(false);
      case "resume":
        return this.setLive(true);
      case "restart":
        await this.town.restart();
        return true;
    }
  }

  private name(named: boolean): string {
    return named ? `N${++this.names}` : "";
  }

  private async create({ at, named, tags, word, hasOrdered, fate }: Of<"create">): Promise<boolean> {
    const email = addressAt(at);
    if (this.customers.findByEmail(email) || this.customers.all().length >= MOST_CUSTOMERS) return false;
    const person = await this.customers.create(
      { email, firstName: this.name(named), lastName: this.name(named), orders: hasOrdered ? 1 : 0 },
      { silent: true },
    );
    await this.metadata.wish(person.id, tags);
    await this.metadata.say(person.id, word);
    settleAt(this.memory, person.id, email);
    await this.announce("CUSTOMER_CREATED", person.id, fate);
    return true;
  }

  /** @param fate null = Saleor fires no event for it. */
  private async change(who: number, fate: Fate | null, how: (person: Person) => Promise<unknown>): Promise<boolean> {
    const person = this.pick(who);
    if (!person) return false;
    await how(person);
    if (fate) await this.announce("CUSTOMER_UPDATED", person.id, fate);
    return true;
  }

  private async move(person: Person | undefined, to: string, fate: Fate): Promise<boolean> {
    if (!person || this.customers.findByEmail(to)) return false;
    leaveFrom(this.memory, person.email);
    await this.customers.changeEmail(person.id, to, { silent: true });
    settleAt(this.memory, person.id, to);
    await this.announce("CUSTOMER_UPDATED", person.id, fate);
    return true;
  }

  private async swap(one: Person | undefined, other: Person | undefined, fates: readonly [Fate, Fate, Fate]): Promise<boolean> {
    if (!one || !other || one.id === other.id) return false;
    await this.move(one, ELSEWHERE, fates[0]);
    await this.move(other, one.email, fates[1]);
    return this.move(this.customers.get(one.id), other.email, fates[2]);
  }

  private async remove(person: Person | undefined, byThemselves: boolean, fate: Fate): Promise<boolean> {
    if (!person) return false;
    const request = await this.draft(byThemselves ? "ACCOUNT_DELETED" : "CUSTOMER_DELETED", person.id);
    leaveFrom(this.memory, person.email);
    await this.customers.delete(person.id, { silent: true });
    await this.post.send({ ...request, tellsDeletion: true }, fate);
    return true;
  }

  private async comeBack(person: Person | undefined, { named, fates }: Of<"return">): Promise<boolean> {
    if (!person) return false;
    await this.remove(person, false, fates[0]);
    const at = Number(/\d+/.exec(person.email)?.[0] ?? 0);
    return this.create({ do: "create", at, named, tags: ["vip"], word: "yes", hasOrdered: false, fate: fates[1] });
  }

  private async promote(person: Person | undefined): Promise<boolean> {
    if (!person) return false;
    // No event tells it: who is missing from the customers is found by comparison.
    this.memory.needsComparison = true;
    await this.customers.promoteToStaff(person.id);
    return true;
  }

  private async setLive(live: boolean): Promise<boolean> {
    const { page, connectionId } = this.town;
    const was = this.live;
    // An event that comes while this is under way may be noted or not.
    this.live = false;
    await page.connections.setLive.mutate({ id: connectionId, live }).catch(() => {});
    const [row] = await this.town.rows<{ live: boolean }>(`select live from connection_state where id = '${connectionId}'`);
    this.live = row!.live;
    return this.live === live && was !== live;
  }

  private async announce(event: string, customerId: string, fate: Fate): Promise<void> {
    await this.post.send({ ...(await this.draft(event, customerId)), tellsDeletion: false }, fate);
  }

  private draft(event: string, customerId: string) {
    return this.town.saleor.draftWebhook({ appId: this.town.appId, event, customerId });
  }
}

const shortened = (path: string) => path.replace(/^\/3\.0\/lists\/\w+\/|\?.*$/g, "").replace(/(members\/\w{6})\w+/, "$1");

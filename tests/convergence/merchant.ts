/** What the merchant, the subscribers and bad luck do: in Mailchimp's pages, in our settings, on the wire. */
import { addressAt, type Memory } from "./memory";
import type { Settings, Step } from "./story";
import { saveSettings, type Town } from "./town";

const FAULTS = {
  "cut after the write": { kind: "cut", afterwards: true },
  "hang after the write": { kind: "hang", afterwards: true },
  slow: { kind: "latency" },
  hang: { kind: "hang" },
  cut: { kind: "cut" },
  error500: { kind: "error500" },
  throttle429: { kind: "throttle429" },
} as const;

export class Merchant {
  constructor(
    private readonly town: Town,
    private readonly memory: Memory,
  ) {}

  private get audience() {
    return this.town.mailchimp.audience();
  }

  /** Contacts that the merchant's own form brought, before us. */
  collect(count: number): void {
    for (let n = 0; n < count; n++) {
      const name = `Collected${n}`;
      const email = addressAt(n);
      this.audience.seed([{ email, status: "subscribed", merge_fields: { FNAME: name, LNAME: "" }, tags: ["newsletter form"] }]);
      const contactId = this.audience.member(email)!.contact_id;
      this.memory.collected.set(contactId, { name });
      this.memory.byHand.push({ contactId, tag: "newsletter form" });
    }
  }

  tagByHand(at: number): boolean {
    return this.atContact(at, (email, contactId) => {
      const tag = `by hand ${this.memory.byHand.length}`;
      this.audience.addTag(email, tag);
      this.memory.byHand.push({ contactId, tag });
    });
  }

  unsubscribed(at: number): boolean {
    return this.atContact(at, (email) => {
      this.audience.unsubscribe(email);
      // What we write to Saleor then is told by Saleor itself, which gives up at some time.
      if (this.audience.webhooks().length > 0) this.memory.needsCatchUp = true;
    });
  }

  /** By a form of the merchant's. */
  subscribed(at: number): boolean {
    return this.atContact(at, (email) => this.audience.subscribe(email));
  }

  archive(at: number): boolean {
    return this.atContact(at, (email, contactId) => {
      this.audience.archive(email);
      this.memory.archivedByAdmin.add(contactId);
    });
  }

  private atContact(at: number, act: (email: string, contactId: string) => void): boolean {
    const member = this.audience.member(addressAt(at));
    if (!member || member.status === "archived") return false;
    act(member.email, member.contact_id);
    return true;
  }

  /** Contacts that do not change themselves get what follows from it when they are compared, or by a full sync. */
  async save(values: Settings): Promise<boolean> {
    this.memory.needsComparison = true;
    if ("deletion" in values && values.deletion === "leave") this.memory.mayLeave = true;
    if ("newStatus" in values) this.memory.newStatuses.add(values.newStatus);
    return (await saveSettings(this.town.page, this.town.connectionId, values).catch(() => "unavailable")) === "saved";
  }

  breakMailchimp({ how, times, on }: Extract<Step, { do: "mailchimp fails" }>): boolean {
    const match = on === "writes" ? "/members" : undefined;
    this.town.mailchimp.fail({ ...FAULTS[how], times: how === "throttle429" ? 1 : times, ms: 15, match });
    this.memory.happened.add(`mailchimp: ${how}`);
    return true;
  }

  breakSaleor({ how, times }: Extract<Step, { do: "saleor fails" }>): boolean {
    this.town.saleor.fail({ kind: how === "slow" ? "latency" : how, times, auth: "app", ms: 30 });
    this.memory.happened.add(`saleor: ${how}`);
    return true;
  }

  lag(ms: number): boolean {
    this.town.saleor.dials.replicaLagMs = ms;
    this.memory.longestLagMs = Math.max(this.memory.longestLagMs, ms);
    return ms > 0;
  }
}

/** The cards of one project: who is found by what, whose e-mail is whose, and what becomes of two cards that turn out to be one person. */
import type { Project } from "./project";

export interface Card {
  mindboxId: string;
  ids: Record<string, string>;
  email: string;
  mobilePhone: string;
  pendingMobilePhone: string;
  isMobilePhoneConfirmed: boolean;
  values: Record<string, string>;
  customFields: Record<string, unknown>;
  /** By `channel` or `channel/topic`: true, false; missing = no data. */
  subscriptions: Map<string, boolean>;
  mergedInto: string | null;
  touched: number;
}

export class Cards {
  readonly all = new Map<string, Card>();
  private readonly index = new Map<string, string>();
  private lastId = 1_027;
  private clock = 0;

  constructor(private readonly project: Project) {}

  /** Cards of people: those merged into another are gone from every list and still found by their ids. */
  people(): Card[] {
    return [...this.all.values()].filter((card) => card.mergedInto === null);
  }

  create(ids: Record<string, string>): Card {
    this.lastId += 1;
    const card: Card = {
      mindboxId: String(this.lastId),
      ids: {},
      email: "",
      mobilePhone: "",
      pendingMobilePhone: "",
      isMobilePhoneConfirmed: false,
      values: {},
      customFields: {},
      subscriptions: new Map(),
      mergedInto: null,
      touched: ++this.clock,
    };
    this.all.set(card.mindboxId, card);
    this.index.set(`mindboxId:${card.mindboxId}`, card.mindboxId);
    this.identify(card, ids);
    return card;
  }

  identify(card: Card, ids: Record<string, string>): boolean {
    let isNews = false;
    for (const [key, value] of Object.entries(ids)) {
      if (key === "mindboxId" || this.find(key, value) === card) continue;
      card.ids[key] = value;
      this.index.set(`${key}:${value}`, card.mindboxId);
      isNews = true;
    }
    return isNews;
  }

  /** An old id leads to the card that survived. */
  find(key: string, value: string): Card | undefined {
    const id = this.index.get(`${key}:${key === "email" ? value.toLowerCase() : value}`);
    let card = id === undefined ? undefined : this.all.get(id);
    while (card?.mergedInto) card = this.all.get(card.mergedInto);
    return card;
  }

  touch(card: Card): void {
    card.touched = ++this.clock;
  }

  /** @returns whether anything changed. */
  setContact(card: Card, kind: "email" | "mobilePhone", value: string): boolean {
    if (card[kind].toLowerCase() === value.toLowerCase()) return false;
    const owner = value === "" ? undefined : this.find(kind, value);
    if (owner && owner !== card && (this.project.duplicates === "none" || kind === "mobilePhone")) return false;
    if (card[kind] !== "") this.index.delete(`${kind}:${card[kind].toLowerCase()}`);
    card[kind] = value;
    if (owner && owner !== card) this.merge(owner, card);
    else if (value !== "") this.index.set(`${kind}:${value.toLowerCase()}`, card.mindboxId);
    return true;
  }

  /** The older card survives with the newer values; what somebody said about subscriptions stays said. */
  private merge(survivor: Card, newer: Card): void {
    newer.mergedInto = survivor.mindboxId;
    for (const [name, value] of Object.entries(newer.values)) if (value !== "") survivor.values[name] = value;
    Object.assign(survivor.customFields, newer.customFields);
    Object.assign(survivor.ids, newer.ids);
    for (const [channel, yes] of newer.subscriptions) if (!survivor.subscriptions.has(channel)) survivor.subscriptions.set(channel, yes);
    if (newer.mobilePhone !== "" && survivor.mobilePhone === "") {
      survivor.mobilePhone = newer.mobilePhone;
      this.index.set(`mobilePhone:${newer.mobilePhone}`, survivor.mindboxId);
    }
    this.touch(survivor);
  }
}

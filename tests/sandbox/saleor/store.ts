/** What the shop holds, in memory: customers with their recent past (for replica lag), apps, webhooks, problems. */
import { type Micros, nowMicros } from "./instants";
import type { Person } from "./people";
import type { AppProblem, InstalledApp, StoredWebhook } from "./types";

interface Version {
  /** Wall clock, milliseconds. */
  at: number;
  person: Person | null;
}

const REMEMBERED_VERSIONS = 20;

export class Store {
  readonly apps = new Map<string, InstalledApp>();
  readonly webhooks = new Map<string, StoredWebhook>();
  readonly problems: AppProblem[] = [];
  private readonly people = new Map<string, Person>();
  private readonly past = new Map<string, Version[]>();
  private nextPk = 1;
  private nextNumber = 1;
  /** Grows with every write, so that sorted lists can be kept between reads. */
  revision = 0;

  constructor(people: readonly Person[]) {
    for (const person of people) this.people.set(person.id, person);
    this.nextPk = people.length + 1;
  }

  takePk = () => this.nextPk++;
  takeId = (type: string) => Buffer.from(`${type}:${this.nextNumber++}`).toString("base64");

  get(id: string): Person | undefined {
    return this.people.get(id);
  }

  all(): Person[] {
    return [...this.people.values()];
  }

  some(ids: readonly string[]): Person[] {
    return [...new Set(ids)].map((id) => this.people.get(id)).filter((person) => person !== undefined);
  }

  byEmail(email: string): Person | undefined {
    const wanted = email.toLowerCase();
    for (const person of this.people.values()) if (person.email.toLowerCase() === wanted) return person;
    return undefined;
  }

  /** Writes and moves `updatedAt`, as every save through Saleor's mutations does. */
  save(person: Person, at: Micros = nowMicros()): Person {
    const saved = { ...person, updatedAt: at };
    this.remember(saved.id, saved);
    this.people.set(saved.id, saved);
    return saved;
  }

  remove(id: string): void {
    this.remember(id, null);
    this.people.delete(id);
  }

  /** The customers as a replica saw them `lagMs` ago. */
  asOf(lagMs: number): Person[] {
    if (lagMs <= 0) return this.all();
    const ids = new Set([...this.people.keys(), ...this.past.keys()]);
    return [...ids].map((id) => this.personAsOf(id, lagMs)).filter((person) => person !== null);
  }

  private personAsOf(id: string, lagMs: number): Person | null {
    const versions = this.past.get(id);
    if (!versions) return this.people.get(id) ?? null;
    const horizon = Date.now() - lagMs;
    return versions.findLast((version) => version.at <= horizon)?.person ?? null;
  }

  private remember(id: string, person: Person | null): void {
    const before = this.people.get(id);
    const versions = this.past.get(id) ?? (before ? [{ at: 0, person: before }] : []);
    versions.push({ at: Date.now(), person });
    this.past.set(id, versions.slice(-REMEMBERED_VERSIONS));
    this.revision += 1;
  }
}

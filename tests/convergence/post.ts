/** Saleor's webhooks on their way to us: told, doubled, overtaking each other, late, or lost. */
import { setTimeout as pause } from "node:timers/promises";
import type { SignedRequest } from "../sandbox/saleor/courier";
import type { Memory } from "./memory";
import type { Fate } from "./story";

export interface Letter extends SignedRequest {
  tellsDeletion: boolean;
}

/** Saleor tries five times more, here within two and a half seconds. */
const WAITS_MS = [20, 80, 200, 600, 1_600];

export class Post {
  private readonly late: Letter[] = [];
  private readonly underWay: Promise<void>[] = [];

  constructor(
    private readonly memory: Memory,
    /** While a connection is paused, events are not noted. */
    private readonly isLive: () => boolean,
  ) {}

  async send(letter: Letter, fate: Fate): Promise<void> {
    this.memory.happened.add(fate);
    switch (fate) {
      case "told":
        return this.deliver(letter);
      case "twice":
        return void (await Promise.all([this.deliver(letter), this.deliver(letter)]));
      case "meanwhile":
        return this.deliverMeanwhile(letter);
      case "late":
        return void this.late.push(letter);
      case "echoed":
        this.late.push(letter);
        return this.deliver(letter);
      case "lost":
        return this.missed(letter);
    }
  }

  private deliverMeanwhile(letter: Letter): void {
    const delivery = this.deliver(letter);
    // Told when it is waited for, not by Node in between.
    delivery.catch(() => {});
    this.underWay.push(delivery);
  }

  /** What was late arrives, the last first. @returns whether there was any. */
  async arrive(): Promise<boolean> {
    const letters = this.late.splice(0).reverse();
    for (const letter of letters) await this.deliver(letter);
    return letters.length > 0;
  }

  async settled(): Promise<void> {
    await Promise.all(this.underWay.splice(0));
  }

  private async deliver(letter: Letter): Promise<void> {
    const wasLive = this.isLive();
    const arrived = await persistently(letter);
    if (!arrived || !wasLive || !this.isLive()) this.missed(letter);
  }

  private missed({ tellsDeletion }: Letter): void {
    this.memory.needsCatchUp = true;
    if (tellsDeletion) this.memory.needsComparison = true;
  }
}

async function persistently({ url, headers, body }: Letter): Promise<boolean> {
  for (const wait of [...WAITS_MS, null]) {
    const status = await fetch(url, { method: "POST", headers, body }).then(
      (answer) => answer.status,
      () => "no answer" as const,
    );
    if (status === 200) return true;
    if (status !== "no answer" && status < 500) throw new Error(`the webhook was answered ${status}`);
    if (wait !== null) await pause(wait);
  }
  return false;
}

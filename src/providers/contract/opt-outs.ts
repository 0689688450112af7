/** How opt-outs at the provider come back: it tells us, or its history is asked. */
import type { CustomerId } from "@/model/shop";
import type { Answer, Link } from "../contract";

/** Who may have opted out at the provider by their own act. */
export interface OptOutHint {
  /** The shop's own id, where the provider keeps it; otherwise the address decides. */
  customerId?: CustomerId;
  /** Empty where the provider has none. */
  email: string;
  /** What the provider calls the event, for the log: no personal data. */
  evidence: string;
}

/** The vendor tells us about opt-outs by itself. */
export interface Inbound<L = Link> {
  /**
   * Makes the vendor send to `url`, in place of whatever it sends to addresses that begin with `ours`. Again is no harm.
   * Missing where a person sets it up at the vendor: then the page has the address, and `block`.
   */
  listen?(link: L, to: { url: string; ours: string }): Promise<Answer<null>>;
  /** Takes away whatever the vendor sends to addresses that begin with `ours`. None there is no harm. */
  unlisten?(link: L, ours: string): Promise<Answer<{ removed: number }>>;
  /** What that person has the vendor send, ready to be copied; the user guide shows the same. */
  readonly block?: string;
  /** What a delivery says. Pure. */
  read(link: L, body: string): Heard;
  /** Channels on which this contact stands opted out now: what a delivery says is looked up. */
  optedOut(link: L, delivery: Delivery): Promise<Answer<readonly string[]>>;
}

export interface Delivery extends OptOutHint {
  /** The provider's own id of the contact. */
  remoteKey?: string;
  /** On which, where it says so. */
  channels?: readonly string[];
}

/** `not_understood`: answered with a refusal that says `what` is wrong, in English, for whoever set it up; no personal data. */
export type Heard = { kind: "opt_out"; delivery: Delivery } | { kind: "nothing" } | { kind: "not_understood"; what: string };

/** The vendor tells nobody about opt-outs, but keeps a history that can be asked. */
export interface History<L = Link> {
  /**
   * A page of what happened after `cursor`: whoever opted out by another hand than ours and stands opted out now.
   * @param cursor as an earlier answer gave it, kept by the caller once it has acted; `null` = begin now, nobody yet.
   */
  optOutsSince(link: L, cursor: string | null): Promise<Answer<HistoryPage>>;
}

export interface HistoryPage {
  optOuts: readonly (OptOutHint & { channels: readonly string[] })[];
  cursor: string;
  /** There is more after it already. */
  isMore: boolean;
}

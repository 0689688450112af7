/** What can go wrong on the way to Saleor or to this app, in the words the walk acts on. */
export type TroubleKind =
  /** Asked to slow down (429). */
  | "slow"
  /** No answer, a cut connection, a 5xx. */
  | "unreachable"
  /** The token was not accepted; the Dashboard usually brings a fresh one within seconds. */
  | "session"
  /** A permission is missing: trying again helps nobody. */
  | "denied";

export class Trouble extends Error {
  constructor(
    readonly kind: TroubleKind,
    readonly who: "saleor" | "app",
    readonly afterSeconds?: number,
  ) {
    super(`${who}: ${kind}`);
    this.name = "Trouble";
  }
}

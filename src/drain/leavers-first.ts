/** The part of a delivery that tells who leaves which address for which. */
export interface Move {
  row: { emailHmac: string | null };
  contact: { emailChanged: boolean };
  sent: { emailHmac: string };
}

/**
 * Rounds in which nobody takes an address that somebody of a later round has yet to leave. A ring (two customers who
 * swapped) has no first: its members go together, and the provider's "exists already" sorts them out.
 */
export function leaversFirst<M extends Move>(moves: readonly M[]): M[][] {
  const rounds: M[][] = [];
  let left = [...moves];
  while (left.length > 0) {
    const leaving = new Map(left.flatMap((move) => (move.contact.emailChanged && move.row.emailHmac ? [[move.row.emailHmac, move]] : [])));
    const free = left.filter((move) => [undefined, move].includes(leaving.get(move.sent.emailHmac)));
    const round = free.length > 0 ? free : left;
    rounds.push(round);
    left = left.filter((move) => !round.includes(move));
  }
  return rounds;
}

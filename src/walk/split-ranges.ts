/**
 * Cuts a shop's customers by joining date into stretches of a similar size, so that pages can be read side by side.
 * Ends belong to both neighbours (Saleor's ranges are inclusive and finer than a millisecond): nobody falls between.
 */
export interface Range {
  gte: string;
  /** `null`: open, for whoever joins while the walk goes on. */
  lte: string | null;
}

export interface SplitInput {
  total: number;
  /** When the first customer joined, and now: milliseconds. */
  oldest: number;
  newest: number;
  count(range: Range): Promise<number>;
  wantedSize: number;
  mostRanges: number;
  /** Counting is dear for Saleor (a COUNT over the filtered table): at most this many. */
  mostCounts: number;
}

interface Piece {
  from: number;
  to: number;
  size: number;
  whole: boolean;
}

const BEGINNING = "1970-01-01T00:00:00.000Z";

export async function splitRanges(input: SplitInput): Promise<Range[]> {
  const budget = { left: input.mostCounts };
  const pieces: Piece[] = [{ from: input.oldest, to: input.newest, size: input.total, whole: false }];
  while (pieces.length < input.mostRanges && budget.left > 0) {
    const largest = pieces.filter((piece) => !piece.whole && piece.size > input.wantedSize).sort((a, b) => b.size - a.size)[0];
    if (!largest) break;
    const halves = await halve(input, largest, budget);
    if (halves) pieces.splice(pieces.indexOf(largest), 1, ...halves);
    else largest.whole = true;
  }
  return pieces.map((piece, index) => ({
    gte: index === 0 ? BEGINNING : iso(piece.from),
    lte: index === pieces.length - 1 ? null : iso(piece.to),
  }));
}

/** Looks for a day that leaves at least a fifth on either side; an import that joined in one moment stays whole. */
async function halve(input: SplitInput, piece: Piece, budget: { left: number }): Promise<[Piece, Piece] | null> {
  let { from: low, to: high } = piece;
  for (let tries = 0; tries < 5 && budget.left > 0 && high - low > 1000; tries += 1) {
    const middle = Math.floor((low + high) / 2);
    budget.left -= 1;
    const left = await input.count({ gte: iso(piece.from), lte: iso(middle) });
    if (left > piece.size * 0.2 && left < piece.size * 0.8) {
      return [
        { from: piece.from, to: middle, size: left, whole: false },
        { from: middle, to: piece.to, size: piece.size - left, whole: false },
      ];
    }
    if (left <= piece.size * 0.2) low = middle;
    else high = middle;
  }
  return null;
}

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

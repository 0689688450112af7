/**
 * Ids seen by a walk. Saleor's customer ids are base64 of `User:<row number>`, so a bit per row is enough: a million
 * customers cost about 125 kB when rows are dense, at worst 512 bytes each. Anything else falls back to a plain set.
 */
const BITS = 4096;

export class IdSet {
  readonly #blocks = new Map<number, Uint32Array>();
  readonly #others = new Set<string>();

  /** True when the id was not there before. */
  add(id: string): boolean {
    const row = rowOf(id);
    return row === null ? this.#addOther(id) : this.#addRow(row);
  }

  #addOther(id: string): boolean {
    const before = this.#others.size;
    return this.#others.add(id).size > before;
  }

  #addRow(row: number): boolean {
    const key = Math.floor(row / BITS);
    const block = this.#blocks.get(key) ?? new Uint32Array(BITS / 32);
    this.#blocks.set(key, block);
    const bit = row % BITS;
    const word = bit >>> 5;
    const mask = 1 << (bit & 31);
    const isNew = ((block[word] ?? 0) & mask) === 0;
    block[word] = (block[word] ?? 0) | mask;
    return isNew;
  }
}

function rowOf(id: string): number | null {
  try {
    const match = /^User:(\d{1,15})$/.exec(atob(id));
    // Only the canonical spelling: "User:01" or white space would pass for somebody else.
    return match && btoa(`User:${Number(match[1])}`) === id ? Number(match[1]) : null;
  } catch {
    return null;
  }
}

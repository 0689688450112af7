import type { ConnectionId } from "@/model/shop";

/**
 * Addresses that something is being done to at the provider. Two writes to one address never overlap, or the one whose
 * customer was read earlier might come last: whoever finds it taken looks again a little later.
 */
export class Addresses {
  private readonly taken = new Set<string>();

  /** @returns false where somebody has it; then there is nothing to release. */
  take(connectionId: ConnectionId, emailHmac: string): boolean {
    const key = `${connectionId}/${emailHmac}`;
    if (this.taken.has(key)) return false;
    this.taken.add(key);
    return true;
  }

  release(connectionId: ConnectionId, emailHmac: string): void {
    this.taken.delete(`${connectionId}/${emailHmac}`);
  }
}

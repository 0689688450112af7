/** The provider's telling us about opt-outs ends with the connection: an address that nobody answers would be called for ever. */
import type { Admitted } from "./trpc";

/** Somebody waits for the disconnect, and it must not hang on this. */
const PATIENCE_MS = 8_000;

export interface Quieted {
  /** The provider could not be asked, and goes on telling an address where nobody listens. */
  stillTells: boolean;
  /** The disconnect did not come off: it tells us again. */
  takeBack(): Promise<void>;
}

const NOTHING: Quieted = { stillTells: false, takeBack: async () => {} };

/** Best effort, while the credential is still there. */
export async function stopListening(ctx: Admitted, id: string): Promise<Quieted> {
  const opened = await ctx.rooms.connections.open(id, ctx.shop.id);
  if (opened.kind !== "open") return NOTHING;
  const { connection } = opened;
  const provider = ctx.rooms.providers[connection.provider];
  const inbound = provider?.inbound;
  if (!provider || !inbound?.unlisten || connection.target === "") return NOTHING;
  const linkFor = () => ctx.rooms.linkTo({ ...connection, provider, shop: ctx.shop, signal: AbortSignal.timeout(PATIENCE_MS) });
  const address = ctx.rooms.inboundAddress(ctx.appBaseUrl, connection);
  const answer = await inbound.unlisten(linkFor(), address.ours);
  if (answer.kind !== "ok") {
    ctx.rooms.log.warn({ connection: id, reason: answer.reason }, "the provider's webhook could not be removed");
    return { ...NOTHING, stillTells: true };
  }
  return {
    stillTells: false,
    async takeBack() {
      if (answer.value.removed > 0) await inbound.listen?.(linkFor(), address);
    },
  };
}

/**
 * After a change of SECRET_KEY: what the previous key sealed is sealed with the present one, so that the previous one can
 * be taken away. Each value goes through the same guarded write as a save; doing it twice changes nothing the second time.
 */
import type { Shop } from "@/model/shop";
import { guardedWrite } from "./guarded-write";
import { mirrorOf } from "./provider-parts";
import type { SavesDeps } from "./saves";
import { SettingsUnavailable } from "./stored";

export interface Resealed {
  /** Sealed anew; in a dry run: would be. */
  resealed: number;
  /** Neither key opens them: their merchants have to connect again. */
  unreadable: number;
  /** Saleor could not be asked, or somebody was saving: run it again. */
  postponed: number;
}

export async function resealShop(deps: SavesDeps, shop: Shop, { dryRun }: { dryRun: boolean }): Promise<Resealed> {
  const counts: Resealed = { resealed: 0, unreadable: 0, postponed: 0 };
  try {
    const stale = await deps.store.session(shop).stale();
    if (stale.pepper) counts[await resealPepper(deps, shop, dryRun)] += 1;
    for (const provider of stale.providers) counts[await resealProvider(deps, shop, { provider, dryRun })] += 1;
  } catch (error) {
    if (!(error instanceof SettingsUnavailable)) throw error;
    counts.postponed += 1;
  }
  return counts;
}

async function resealPepper({ store }: SavesDeps, shop: Shop, dryRun: boolean): Promise<keyof Resealed> {
  const session = store.session(shop);
  const pepper = await session.pepper();
  if (pepper.kind !== "found") return "unreadable";
  if (!dryRun) await session.keepPepper(pepper.value);
  return "resealed";
}

async function resealProvider(
  deps: SavesDeps,
  shop: Shop,
  { provider: id, dryRun }: { provider: string; dryRun: boolean },
): Promise<keyof Resealed> {
  const provider = deps.provider(id);
  if (!provider) return "postponed";
  const result = await guardedWrite<keyof Resealed>(deps, {
    shop,
    provider: id,
    mirrorOf: (stored) => mirrorOf(provider, stored),
    decide({ stored }) {
      if (stored.kind !== "found") return { answer: "unreadable" };
      return dryRun ? { answer: "resealed" } : { save: stored.value, forgetDeliveries: false };
    },
  });
  if (result.kind === "answer") return result.answer;
  return result.kind === "saved" ? "resealed" : "postponed";
}

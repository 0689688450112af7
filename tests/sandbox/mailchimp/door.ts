/** Who is asking: Bearer token or key, or Basic with either as the password (contract 3.0.55; read 2026-08). */
import { keyInvalid, keyMissing, wrongDatacentre } from "./problems";
import type { Account, World } from "./world";

export function credentialOf(authorization: string): string | undefined {
  const [, scheme, value = ""] = /^(Bearer|Basic) (\S+)$/i.exec(authorization) ?? [];
  if (!scheme) return undefined;
  if (scheme.toLowerCase() === "bearer") return value;
  return Buffer.from(value, "base64")
    .toString("utf8")
    .replace(/^[^:]*:/, "");
}

/** A token may carry `-dc` at its end, as mc-woocommerce stores it. */
export function accountOf(world: World, authorization: string): Account | undefined {
  const credential = credentialOf(authorization);
  if (!credential) return undefined;
  const byToken = world.tokens.get(credential) ?? world.tokens.get(credential.replace(/-[a-z]+\d+$/, ""));
  return byToken ?? world.accounts.find((account) => account.apiKey === credential);
}

export function refusalOf(world: World, authorization: string) {
  const credential = credentialOf(authorization);
  if (!credential) return keyMissing();
  const stem = credential.replace(/-[a-z]+\d+$/, "");
  const elsewhere = world.accounts.find((account) => account.apiKey.startsWith(`${stem}-`));
  return elsewhere ? wrongDatacentre(elsewhere.seed.dc) : keyInvalid();
}

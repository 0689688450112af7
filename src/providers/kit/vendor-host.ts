/**
 * Vendors whose accounts live under hosts of their own: a merchant types an address, and the app sends a key there. In:
 * the typed text and the hosts the vendor is known to use. Out: an origin, or how requests may go to it. The name alone
 * decides nothing: `send` with `publicOnly` looks at the address behind it at every connect.
 */
import { isIP } from "node:net";
import { isLoopbackHost, isPublicAddress } from "@/platform/public-address";

/** What the operator allows beyond the vendor's own hosts. */
export interface HostRules {
  /** `host` or `host:port` (PROVIDER_ALLOWED_HOSTS). */
  allowed: readonly string[];
  /** CRM_SANDBOX: vendors on this very machine, over plain http too. */
  allowLoopback: boolean;
}

/**
 * The origin of an address as people type it: with or without https, with a path, a slash too many. `null` = not an
 * address, or one that carries a password. An http address of anything but this machine becomes https.
 */
export function originOf(typed: string): string | null {
  const text = typed.trim();
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(written)) return null;
  const url = new URL(written);
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return null;
  const host = url.hostname.replace(/\.$/, "");
  if (!host.includes(".") && !isLoopbackHost(host)) return null;
  const scheme = isLoopbackHost(host) ? url.protocol : "https:";
  return `${scheme}//${host}${url.port ? `:${url.port}` : ""}`;
}

/**
 * How an origin may be asked: `public` = with `publicOnly`; `local` = as it is, in the sandbox; `null` = not at all.
 * @param vendorHosts `api.vendor.example`, or `*.vendor.example` for every host below it.
 */
export function wayTo(origin: string, vendorHosts: readonly string[], rules: HostRules): "public" | "local" | null {
  if (!URL.canParse(origin)) return null;
  const url = new URL(origin);
  if (isLoopbackHost(url.hostname)) return rules.allowLoopback ? "local" : null;
  if (url.protocol !== "https:") return null;
  const isListed = rules.allowed.some((entry) => [url.host, url.hostname].includes(entry.toLowerCase()));
  const isVendors = url.port === "" && vendorHosts.some((pattern) => matches(url.hostname, pattern));
  // A socket skips the look-up for a literal address.
  const bare = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(bare) !== 0 && !isPublicAddress(bare)) return null;
  return isListed || isVendors ? "public" : null;
}

function matches(host: string, pattern: string): boolean {
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) && host.length >= pattern.length : host === pattern;
}

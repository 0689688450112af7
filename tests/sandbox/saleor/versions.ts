/** What differs between Saleor's cores, as far as an app can notice (saleor core 3.21.69, 3.22.67, 3.23.28, read 2026-08). */

type Numbers = readonly [number, number, number];

const numbersOf = (version: string): Numbers => {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return [major, minor, patch];
};

export function isAtLeast(version: string, floor: string): boolean {
  const [have, want] = [numbersOf(version), numbersOf(floor)];
  for (const place of [0, 1, 2] as const) if (have[place] !== want[place]) return have[place] > want[place];
  return true;
}

/** `3.23` of `3.23.28`: what Saleor says in its Saleor-Schema-Version header. */
export const schemaVersionOf = (version: string) => version.split(".").slice(0, 2).join(".");

const COMPARATORS: Readonly<Record<string, (version: string, bound: string) => boolean>> = {
  ">=": isAtLeast,
  "<": (version, bound) => !isAtLeast(version, bound),
  ">": (version, bound) => !isAtLeast(bound, version),
  "<=": (version, bound) => isAtLeast(bound, version),
  "=": (version, bound) => isAtLeast(version, bound) && isAtLeast(bound, version),
};

/** The part of npm's range language that manifests use: comparators, joined by spaces (and) or `||` (or). */
export function satisfies(version: string, range: string): boolean {
  return range.split("||").some((all) =>
    all
      .trim()
      .split(/\s+/)
      .every((one) => meets(version, one)),
  );
}

function meets(version: string, comparator: string): boolean {
  const [, sign, bound] = /^(>=|<=|>|<|=)?v?(\d+(?:\.\d+){0,2})$/.exec(comparator) ?? [];
  if (!bound) throw new Error(`requiredSaleorVersion: the stand-in does not understand "${comparator}"`);
  return COMPARATORS[sign ?? "="]!(version, bound);
}

export interface Behaviour {
  /** `CustomerDeleted` can be subscribed to. */
  deletionEvents: boolean;
  /** A removed app hears of its own removal. */
  ownLifecycleEvents: boolean;
  /** `customerUpdate` fires nothing when nothing but metadata changed. */
  quietUpdates: boolean;
  /** An app with MANAGE_STAFF may read and write the private metadata of staff. */
  staffMetadataForApps: boolean;
  /** `tokenTargetUrl` may be left out of the manifest. */
  tokenTargetOptional: boolean;
  /** The Dashboard's frame lets new tabs open (sandboxed). */
  popups: boolean;
  /** The Dashboard refuses a manifest that asks for MANAGE_APPS. */
  refusesManageApps: boolean;
}

export function behaviourOf(version: string): Behaviour {
  const since = (floor: string) => isAtLeast(version, floor);
  return {
    deletionEvents: since("3.23.5"),
    ownLifecycleEvents: since("3.23.5"),
    quietUpdates: since("3.22.0"),
    staffMetadataForApps: since("3.23.0"),
    tokenTargetOptional: since("3.23.0"),
    popups: since("3.22.0"),
    refusesManageApps: since("3.23.5"),
  };
}

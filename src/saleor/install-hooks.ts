import type { AuthData } from "@saleor/app-sdk/APL";

export interface Installed {
  authData: AuthData;
  /** The installation at the same address that this one replaces: its rows are retired. */
  previousAppId: string | null;
}

export type OnInstalled = (installed: Installed) => Promise<void>;

const holder = globalThis as { __crmOnInstalled?: OnInstalled };

/** Filled by the wiring, which knows the rooms that care. On `globalThis`: the register route is another module graph. */
export function setOnInstalled(hook: OnInstalled | null): void {
  holder.__crmOnInstalled = hook ?? undefined;
}

export async function announceInstalled(installed: Installed): Promise<void> {
  await holder.__crmOnInstalled?.(installed);
}

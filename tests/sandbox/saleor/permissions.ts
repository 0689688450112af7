/** Who may do what; refusals look as Saleor's do: HTTP 200, null field, the code under extensions.exception. */
import { GraphQLError } from "graphql";
import type { Keys } from "./keys";
import type { Person } from "./people";
import type { Store } from "./store";
import type { Caller, InstalledApp } from "./types";
import type { Behaviour } from "./versions";

const APP_TOKEN_LENGTH = 30;

export const coded = (message: string, code: string) => new GraphQLError(message, { extensions: { exception: { code } } });

export async function identify(authorization: string | undefined, store: Store, keys: Keys): Promise<Caller> {
  const token = authorization?.replace(/^(bearer|jwt)\s+/i, "").trim();
  if (!token) return { kind: "nobody" };
  if (token.length === APP_TOKEN_LENGTH) {
    const app = [...store.apps.values()].find((one) => one.token === token && one.active && !one.removed);
    return app ? { kind: "app", app } : { kind: "nobody" };
  }
  const claims = await keys.verify(token);
  return "refused" in claims ? { kind: "refused", code: claims.refused } : { kind: "staff", claims };
}

function permissionsOf(caller: Caller): readonly string[] {
  if (caller.kind === "refused") {
    throw coded(caller.code === "ExpiredSignatureError" ? "Signature has expired" : "Invalid token", caller.code);
  }
  if (caller.kind === "app") return caller.app.permissions;
  return caller.kind === "staff" ? caller.claims.permissions : [];
}

export function need(caller: Caller, ...oneOf: readonly string[]): void {
  const held = permissionsOf(caller);
  if (oneOf.some((permission) => held.includes(permission))) return;
  throw coded(`To access this path, you need one of the following permissions: ${oneOf.join(", ")}`, "PermissionDenied");
}

/** An app or a person of the staff, whoever. */
export function needIdentity(caller: Caller): void {
  permissionsOf(caller);
  if (caller.kind === "nobody") refuse("AUTHENTICATED_STAFF_USER, AUTHENTICATED_APP");
}

export function needApp(caller: Caller): InstalledApp {
  permissionsOf(caller);
  if (caller.kind !== "app") return refuse("AUTHENTICATED_APP");
  return caller.app;
}

/** The app itself, or a person who holds MANAGE_APPS in the shop. */
export function needAppOwner(caller: Caller, appId: string): void {
  permissionsOf(caller);
  if (caller.kind === "app" && caller.app.id === appId) return;
  if (caller.kind === "staff" && caller.claims.user_permissions.includes("MANAGE_APPS")) return;
  refuse("MANAGE_APPS");
}

/** Metadata of staff: never for apps on 3.21 and 3.22, with MANAGE_STAFF from 3.23. */
export function needPersonMetadata(caller: Caller, person: Person, behaviour: Behaviour): void {
  if (person.isStaff && caller.kind === "app" && !behaviour.staffMetadataForApps) {
    throw coded("Apps are not allowed to perform this mutation.", "PermissionDenied");
  }
  need(caller, person.isStaff ? "MANAGE_STAFF" : "MANAGE_USERS");
}

/** Refuses whoever asks. */
export function refuse(permissions: string): never {
  throw coded(`To access this path, you need one of the following permissions: ${permissions}`, "PermissionDenied");
}

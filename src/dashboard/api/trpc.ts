/** Who asks, and may they. One procedure builder per row of the permission table (DESIGN.md section 8). */
import { initTRPC, TRPCError } from "@trpc/server";
import type { Shop } from "@/model/shop";
import { type Staff, verifyStaff } from "@/saleor/staff";
import type { Rooms } from "@/wiring";
import type { PermissionName } from "./views";

export interface Context {
  rooms: Rooms;
  saleorApiUrl: string | undefined;
  token: string | undefined;
  /** Where this app is reached from outside, as the request came in. */
  appBaseUrl: string;
}

const t = initTRPC.context<Context>().create({
  errorFormatter({ shape, error }) {
    const known = error.code !== "INTERNAL_SERVER_ERROR";
    const { missing, isAny } = error.cause instanceof MissingPermissions ? error.cause : {};
    // What we did not expect may quote data: the page gets a sentence, the log the place.
    const message = known ? shape.message : "Something went wrong in this app. It was written down in the log.";
    return { ...shape, message, data: { code: shape.data.code, httpStatus: shape.data.httpStatus, path: shape.data.path, missing, isAny } };
  },
});

export const router = t.router;

class MissingPermissions extends Error {
  constructor(
    readonly missing: readonly PermissionName[],
    /** One of them is enough. */
    readonly isAny: boolean,
  ) {
    super("missing permissions");
  }
}

/** Every one of these is needed. */
export const needing = (...permissions: PermissionName[]) =>
  t.procedure.use(({ ctx, next }) => admit(ctx, permissions).then((admitted) => next({ ctx: admitted })));

/** One of these is enough. */
export const needingAny = (...permissions: PermissionName[]) =>
  t.procedure.use(async ({ ctx, next }) => {
    const admitted = await admit(ctx, []);
    if (!permissions.some((permission) => admitted.staff.permissions.includes(permission))) throw forbidden(permissions, true);
    return next({ ctx: admitted });
  });

export interface Admitted extends Context {
  staff: Staff;
  shop: Shop;
}

async function admit(ctx: Context, permissions: readonly PermissionName[]): Promise<Admitted> {
  const verdict = await verifyStaff({ apl: ctx.rooms.apl, saleorApiUrl: ctx.saleorApiUrl, token: ctx.token, permissions });
  switch (verdict.kind) {
    case "ok": {
      const shop = await ctx.rooms.connections.ensureShop(verdict.authData.saleorApiUrl, verdict.authData.appId);
      return { ...ctx, staff: verdict.staff, shop };
    }
    case "unauthenticated":
      throw new TRPCError({ code: "UNAUTHORIZED", message: "Your Dashboard session is not valid here. Reload the page." });
    case "forbidden":
      throw forbidden(verdict.missing, false);
    case "unavailable":
      throw new TRPCError({
        code: "SERVICE_UNAVAILABLE",
        message: "Your permissions could not be checked with Saleor now. Try again in a moment.",
      });
  }
}

const names: Record<PermissionName, string> = { MANAGE_APPS: "Manage apps", MANAGE_USERS: "Manage customers" };

function forbidden(missing: readonly PermissionName[], isAny: boolean): TRPCError {
  const list = missing.map((permission) => `“${names[permission]}”`).join(isAny ? " or " : " and ");
  const message = `You need the permission ${list}. An administrator can give it to you in Configuration → Staff members.`;
  return new TRPCError({ code: "FORBIDDEN", message, cause: new MissingPermissions(missing, isAny) });
}

export function notFound(what: string): TRPCError {
  return new TRPCError({ code: "NOT_FOUND", message: `This ${what} does not exist in your shop any more.` });
}

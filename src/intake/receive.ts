/**
 * One webhook request -> one answer. Saleor tries again after a 5xx and never after anything else, so 5xx is said for
 * every trouble that is ours or the network's, 401 only for a signature that the shop's own key refused.
 */
import { z } from "zod";
import type { Mark } from "@/ledger/marks";
import { isCustomerId } from "@/model/customer";
import type { Shop } from "@/model/shop";
import type { ProviderLog } from "@/providers/contract";
import type { VerifyWebhook, WebhookVerdict } from "@/saleor/verify-webhook";
import type { WebhookDefinition } from "@/saleor/webhook-definitions";

export const WEBHOOK_BODY_LIMIT = 256 * 1024;

export interface ReceiveDeps {
  verify: VerifyWebhook;
  /** The shop's row, made if it is not there. */
  shop(saleorApiUrl: string, appId: string): Promise<Shop>;
  mark(mark: Mark): Promise<void>;
  /** Says that a mark may come; what it returns says that it has, or will not. */
  expect(): () => void;
  /** Somebody's address changed, and nobody says whose: the shop is looked at soon. */
  lookSoon(shop: Shop): Promise<void>;
  /** The shop removed this very installation. */
  removed(shop: Shop): Promise<void>;
  log: ProviderLog;
}

export interface WebhookRequest {
  definition: WebhookDefinition;
  headers: { event?: string | undefined; signature?: string | undefined; saleorApiUrl?: string | undefined };
  rawBody: Uint8Array;
}

export interface WebhookAnswer {
  status: number;
  body: { ok: true } | { error: { type: string; message: string } };
}

const customerId = z.string().refine(isCustomerId);
const instant = z.iso.datetime({ offset: true }).nullish();
const customerPayload = z.object({ issuedAt: instant, user: z.object({ id: customerId }).nullable() });
const appPayload = z.object({ recipient: z.object({ id: z.string() }).nullish(), app: z.object({ id: z.string() }).nullish() });

const GONE_EVENTS: ReadonlySet<string> = new Set(["CUSTOMER_DELETED", "ACCOUNT_DELETED"]);
const OF_NOBODY_KNOWN: ReadonlySet<string> = new Set(["ADDRESS_UPDATED", "ADDRESS_DELETED"]);

export async function receive(deps: ReceiveDeps, request: WebhookRequest): Promise<WebhookAnswer> {
  const { definition, headers, rawBody } = request;
  if (!headers.saleorApiUrl || !headers.signature || !headers.event)
    return refuse(400, "MISSING_HEADER", "This is not a Saleor webhook: a header is missing.");
  if (headers.event !== definition.event.toLowerCase()) return refuse(400, "WRONG_EVENT", `This address takes ${definition.event} only.`);
  const isHere = deps.expect();
  try {
    const verdict = await deps.verify({ saleorApiUrl: headers.saleorApiUrl, signature: headers.signature, rawBody });
    return await answer(deps, request, verdict, isHere);
  } finally {
    isHere();
  }
}

async function answer(deps: ReceiveDeps, request: WebhookRequest, verdict: WebhookVerdict, isHere: () => void): Promise<WebhookAnswer> {
  const { definition } = request;
  switch (verdict.kind) {
    case "malformed":
      return refuse(400, "SIGNATURE_MALFORMED", "The signature is not in Saleor's form.");
    case "refused":
      deps.log.warn({ event: definition.event }, "webhook refused: not signed by this shop");
      return refuse(401, "SIGNATURE_REFUSED", "The signature was not made with this shop's key.");
    case "trouble":
      deps.log.warn({ event: definition.event, reason: verdict.reason }, "webhook could not be checked, Saleor tries again");
      return refuse(503, "CANNOT_CHECK", "The signature could not be checked now. Try again.");
    case "ok":
      return accept(deps, request, verdict.authData, isHere);
  }
}

async function accept(
  deps: ReceiveDeps,
  { definition, rawBody }: WebhookRequest,
  authData: { saleorApiUrl: string; appId: string },
  isHere: () => void,
): Promise<WebhookAnswer> {
  const payload = parseJson(rawBody);
  try {
    const shop = await deps.shop(authData.saleorApiUrl, authData.appId);
    if (definition.event === "APP_DELETED") return await acceptRemoval(deps, shop, payload);
    if (OF_NOBODY_KNOWN.has(definition.event)) {
      await deps.lookSoon(shop);
      return { status: 200, body: { ok: true } };
    }
    const parsed = customerPayload.safeParse(payload);
    if (!parsed.success) return malformed(deps, definition);
    // The person cannot be seen by us any more: the event says nothing that we could look up.
    if (!parsed.data.user) return { status: 200, body: { ok: true } };
    const wantedAt = plausible(parsed.data.issuedAt);
    const kept = deps.mark({ shopId: shop.id, customerId: parsed.data.user.id, wantedAt, gone: GONE_EVENTS.has(definition.event) });
    isHere();
    await kept;
    return { status: 200, body: { ok: true } };
  } catch (error) {
    deps.log.error(
      { event: definition.event, error: error instanceof Error ? error.name : "unknown" },
      "webhook not kept, Saleor tries again",
    );
    return refuse(503, "NOT_KEPT", "The change could not be kept now. Try again.");
  }
}

const EARLIEST = Date.parse("2000-01-01T00:00:00Z");

/**
 * Marks of many shops share a statement, so no shop's odd clock may spoil it (PostgreSQL knows no year 0), nor have its
 * customers read again for ever.
 */
function plausible(issuedAt: string | null | undefined): Date | null {
  const at = issuedAt ? Date.parse(issuedAt) : Number.NaN;
  return at >= EARLIEST ? new Date(Math.min(at, Date.now() + 60_000)) : null;
}

/** A late retry may arrive after a re-install, and another app's removal is not ours: whoever is named must be this very installation. */
async function acceptRemoval(deps: ReceiveDeps, shop: Shop, payload: unknown): Promise<WebhookAnswer> {
  const parsed = appPayload.safeParse(payload);
  const named = parsed.success ? [parsed.data.recipient?.id, parsed.data.app?.id].filter((id) => id !== undefined) : [];
  if (named.length > 0 && named.every((id) => id === shop.appId)) await deps.removed(shop);
  return { status: 200, body: { ok: true } };
}

function malformed(deps: ReceiveDeps, definition: WebhookDefinition): WebhookAnswer {
  deps.log.warn({ event: definition.event }, "webhook payload not understood");
  return refuse(400, "PAYLOAD_MALFORMED", "The payload is not what the webhook's query asks for.");
}

function parseJson(rawBody: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(rawBody));
  } catch {
    return undefined;
  }
}

function refuse(status: number, type: string, message: string): WebhookAnswer {
  return { status, body: { error: { type, message } } };
}

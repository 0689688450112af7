import type { IncomingMessage } from "node:http";
import { env } from "@/platform/env";

/**
 * Where a person's browser reaches this app: the page's own address, which behind Docker is another one than Saleor calls.
 * Without configuration the request says it, by the headers that the SDK reads when it makes the manifest.
 */
export function appBaseUrl(req: Pick<IncomingMessage, "headers">): string {
  const configured = env().APP_IFRAME_BASE_URL ?? env().APP_API_BASE_URL;
  if (configured) return configured;
  const forwarded = String(req.headers["x-forwarded-proto"] ?? "http").split(",");
  const protocol = forwarded.some((value) => value.trim() === "https") ? "https" : "http";
  return `${protocol}://${req.headers.host ?? "localhost"}`;
}

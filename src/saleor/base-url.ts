import type { IncomingMessage } from "node:http";
import { env } from "@/platform/env";

/**
 * Where this app's API is reached from outside. APP_API_BASE_URL decides; without it the request says so, by the same
 * headers that the SDK reads when it makes the manifest (`x-forwarded-proto`, `host`).
 */
export function appBaseUrl(req: Pick<IncomingMessage, "headers">): string {
  const configured = env().APP_API_BASE_URL;
  if (configured) return configured;
  const forwarded = String(req.headers["x-forwarded-proto"] ?? "http").split(",");
  const protocol = forwarded.some((value) => value.trim() === "https") ? "https" : "http";
  return `${protocol}://${req.headers.host ?? "localhost"}`;
}

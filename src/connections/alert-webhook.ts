/**
 * The operator's own ear: a signed POST when something is wrong with a connection, and when it is over. Says which shop,
 * which provider and since when; nothing of a customer. Signed as `t=<seconds>,v1=<hex>`, HMAC-SHA256 over `t.body`.
 */
import { createHmac } from "node:crypto";

const TIMEOUT_MS = 5_000;

export interface AlertEvent {
  event: "problem_raised" | "problem_cleared";
  kind: string;
  shop: string;
  provider: string;
  connection: string;
  since: string;
  message: string;
}

export interface AlertWebhook {
  url: string;
  secret: string;
}

/** @returns whether it was taken: any 2xx. */
export async function callAlertWebhook({ url, secret }: AlertWebhook, event: AlertEvent): Promise<boolean> {
  const body = JSON.stringify({ ...event, at: new Date().toISOString() });
  const seconds = Math.floor(Date.now() / 1_000);
  const signature = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  const headers = { "content-type": "application/json", "crm-signature": `t=${seconds},v1=${signature}` };
  try {
    const answer = await fetch(url, { method: "POST", headers, body, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

import { startMailchimp } from "../sandbox/mailchimp";
import type { Bench, Trouble } from "./bench";

const FAULTS = {
  throttle: "throttle429",
  throttleWithoutJson: "throttle403",
  down: "error500",
  html: "html503",
  garbage: "garbage",
  cut: "cut",
} as const satisfies Record<Trouble, string>;

const STATES = {
  optedOut: { status: "unsubscribed", by: "self" },
  archived: { status: "archived", by: "admin" },
} as const;

const CONSENTS: Record<string, "in" | "out" | "asked"> = { subscribed: "in", unsubscribed: "out", cleaned: "out", pending: "asked" };

export async function startBench(): Promise<Bench> {
  const sandbox = await startMailchimp();
  const changing = () => sandbox.requests.filter(({ method, path }) => method !== "GET" && path.startsWith("/3.0"));
  return {
    endpoints: { api: sandbox.url, login: sandbox.url },
    credentials: () => ({ accessToken: sandbox.token(), dc: "us21" }),
    wrongCredentials: () => ({ apiKey: `${"0".repeat(32)}-us21` }),
    target: sandbox.audience().id,
    missingTarget: "0123456789",
    contacts: () =>
      sandbox
        .audience()
        .members()
        .map(({ email, status, tags, merge_fields }) => ({
          email,
          status,
          tags,
          firstName: String(merge_fields.FNAME ?? ""),
          archived: status === "archived",
        })),
    seed: (contacts) =>
      sandbox.audience().seed(
        contacts.map(({ email, firstName, tags, state }) => ({
          email,
          tags: [...(tags ?? [])],
          merge_fields: { FNAME: firstName ?? "" },
          ...(state && STATES[state]),
        })),
      ),
    statusWritesToExisting: () => sandbox.statusWrites().length,
    consentOf: (email) => CONSENTS[sandbox.audience().member(email)?.status ?? ""] ?? "none",
    optOut: (email) => sandbox.audience().unsubscribe(email),
    delivery: (email) => new URLSearchParams({ type: "unsubscribe", "data[email]": email, "data[reason]": "manual" }).toString(),
    fillByHand: (email) => {
      const status = sandbox.audience().member(email)?.status ?? "subscribed";
      sandbox.audience().seed([{ email, status, merge_fields: { PHONE: "by hand" } }]);
      return "PHONE";
    },
    writes: () => changing().length,
    requests: () => sandbox.requests.length,
    refusedEmail: "nobody@example.com",
    latency: (ms) => {
      sandbox.latencyMs = ms;
    },
    trouble: (kind, times) => sandbox.fail({ kind: FAULTS[kind], ...(times && { times }) }),
    heal: () => sandbox.heal(),
    revoke: () => sandbox.revokeAll(),
    violations: () => sandbox.violations,
    reset: () => sandbox.reset(),
    close: () => sandbox.close(),
  };
}

import { FIRST_SITE, startRetailCrm } from "../sandbox/retailcrm";
import type { Bench, Trouble } from "./bench";

const FAULTS = {
  throttle: "throttle",
  throttleWithoutJson: "throttleText",
  down: "error500",
  html: "html502",
  garbage: "garbage",
  cut: "cut",
} as const satisfies Record<Trouble, string>;

export async function startBench(): Promise<Bench> {
  // How fast the app asks is tested where time is the subject.
  const sandbox = await startRetailCrm({ perSecond: null });
  return {
    endpoints: { api: sandbox.url },
    credentials: () => ({ address: sandbox.address, apiKey: sandbox.keys.main.value }),
    wrongCredentials: () => ({ address: sandbox.address, apiKey: "0".repeat(32) }),
    target: FIRST_SITE,
    missingTarget: "closed-shop",
    contacts: () =>
      sandbox.customers().map((one) => ({
        email: one.email,
        status: one.unsubscribedAt ? "unsubscribed" : "open",
        tags: one.tags,
        firstName: one.firstName,
        archived: false,
      })),
    seed: (contacts) =>
      void sandbox.seed(
        contacts.map(({ email, firstName, tags, state }) => ({
          email,
          firstName: firstName ?? "",
          tags: [...(tags ?? [])],
          ...(state === "optedOut" && { subscribed: false, unsubscribedAt: "2026-01-01 10:00:00" }),
        })),
      ),
    statusWritesToExisting: () => sandbox.statusWrites.length,
    consentOf: (email) => {
      const held = sandbox.customers().find((one) => one.email === email);
      return held?.unsubscribedAt ? "out" : held?.subscribed ? "in" : "none";
    },
    optOut: (email) => {
      const held = sandbox.customers().find((one) => one.email === email);
      if (held) sandbox.unsubscribe(held.id);
    },
    fillByHand: (email) => {
      const held = sandbox.customers().find((one) => one.email === email);
      if (held) sandbox.change(held.id, { discountCardNumber: "4711" });
      return "discountCardNumber";
    },
    writes: () => sandbox.requests.filter(({ method }) => method === "POST").length,
    requests: () => sandbox.requests.length,
    refusedEmail: `${"long".repeat(24)}@shop.example`,
    latency: (ms) => {
      sandbox.latencyMs = ms;
    },
    trouble: (kind, times) => sandbox.fail({ kind: FAULTS[kind], ...(times && { times }) }),
    heal: () => sandbox.heal(),
    revoke: () => sandbox.revokeKeys(),
    violations: () => sandbox.violations,
    reset: () => sandbox.reset(),
    close: () => sandbox.close(),
  };
}

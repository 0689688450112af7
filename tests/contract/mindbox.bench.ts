import { startMindbox, unusualProject } from "../sandbox/mindbox";
import type { Bench, Trouble } from "./bench";

const FAULTS = {
  throttle: "throttle429",
  throttleWithoutJson: "blocked429",
  down: "error500",
  html: "html502",
  garbage: "garbage",
  cut: "cut",
} as const satisfies Record<Trouble, string>;

/** Names as no default has them, in and out. */
export const unusualSettings = {
  importOperation: "KlientImportirovanieKlienta",
  getOperation: "GetUserByMindboxId",
  editOperation: "Offline.EditUser",
  confirmOperation: "AutoConfirmMobilePhone",
  customerIdKey: "SaleorID",
  tagsField: "ShopTags",
};

export async function startBench(): Promise<Bench> {
  const sandbox = await startMindbox({ project: { ...unusualProject } });
  const { endpointId, brand } = unusualProject;
  return {
    endpoints: { api: sandbox.url },
    settings: { ...unusualSettings, subscriptions: [{ channel: "Email", topic: "" }] },
    credentials: () => ({
      host: "api.mindbox.ru",
      endpointId,
      secretKey: sandbox.secretKey.replace(/^revoked-/, ""),
      brand,
      deviceUuid: "",
    }),
    wrongCredentials: () => ({ host: "api.mindbox.ru", endpointId, secretKey: "another-key", brand, deviceUuid: "" }),
    target: brand,
    missingTarget: "Another-Brand",
    contacts: () =>
      sandbox.cards().map((card) => ({
        email: card.email,
        status: String(card.subscriptions.get("Email")),
        tags: (card.customFields.ShopTags as string[] | undefined) ?? [],
        firstName: card.values.firstName ?? "",
        archived: false,
      })),
    seed: (contacts) =>
      sandbox.seed(
        contacts.map(({ email, firstName, tags, state }) => ({
          email,
          ...(firstName && { firstName }),
          ...(tags && { customFields: { ShopTags: [...tags] } }),
          ...(state === "optedOut" && { subscriptions: { Email: false } }),
        })),
      ),
    statusWritesToExisting: () => sandbox.statusWrites().length,
    consentOf: (email) => {
      const said = sandbox.card("email", email)?.subscriptions.get("Email");
      return said === undefined ? "none" : said ? "in" : "out";
    },
    optOut: (email) => void sandbox.card("email", email)?.subscriptions.set("Email", false),
    delivery: (email) => JSON.stringify({ event: "unsubscribed", transactionId: "t-1", customer: { email }, channel: "Email" }),
    fillByHand: (email) => {
      Object.assign(sandbox.card("email", email)?.customFields ?? {}, { vipRank: "Gold" });
      return "customFields.vipRank";
    },
    writes: () => sandbox.requests.filter(({ changed }) => changed).length,
    requests: () => sandbox.requests.length,
    // An address it does not like is left out, and the customer taken without it.
    refusedEmail: null,
    latency: (ms) => {
      sandbox.latencyMs = ms;
    },
    trouble: (kind, times) => sandbox.fail({ kind: FAULTS[kind], ...(times && { times }) }),
    heal: () => sandbox.heal(),
    revoke: () => sandbox.revoke(),
    violations: () => sandbox.violations,
    reset: () => sandbox.reset(),
    close: () => sandbox.close(),
  };
}

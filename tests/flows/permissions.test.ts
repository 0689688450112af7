import { TRPCClientError } from "@trpc/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appRouter } from "@/dashboard/api/router";
import { type AnotherShop, openAnotherShop } from "./another-shop";
import { type Connected, type Page, startConnected, until } from "./app";

let town: Connected;
let neighbour: AnotherShop;
let neighbourRun: string;
let neighbourErasure: string;
let appId: string;
beforeAll(async () => {
  town = await startConnected({ live: false });
  neighbour = await openAnotherShop(town, { live: false, customers: 3 });
  neighbourRun = (await neighbour.page.runs.start.mutate({ connectionId: neighbour.connectionId, total: 3 })).id;
  const asked = await neighbour.page.erasure.start.mutate({ customerId: "VXNlcjo5OTk5OTk=" });
  neighbourErasure = asked.kind === "asked" ? asked.erasure.id : "";
  appId = town.saleor.installedApps()[0]!.id;
});
afterAll(async () => {
  await town.close();
  await neighbour.saleor.close();
});

type Need = "either" | "MANAGE_APPS" | "MANAGE_USERS" | "both";
type Sample = (ids: { connectionId: string; runId: string; attemptId: string; erasureId: string }) => unknown;

const CHANGE_RULE = {
  id: "rule_01",
  source: { kind: "private" as const, key: "points" },
  when: { kind: "grew" as const },
  actions: [{ kind: "add_tag" as const, tag: "More" }],
};

/** Every call of the pages: who may, and what a well-formed call looks like. A new procedure has no business without a line here. */
const table: Record<string, { needs: Need; input?: Sample; ofShop?: "connection" | "run" | "attempt" | "erasure" }> = {
  "app.info": { needs: "either" },
  "app.setLanguage": { needs: "either", input: () => ({ language: null }) },
  "connections.list": { needs: "either" },
  "connections.get": { needs: "either", input: ({ connectionId }) => ({ id: connectionId }), ofShop: "connection" },
  "connections.targets": { needs: "MANAGE_APPS", input: ({ connectionId }) => ({ id: connectionId }), ofShop: "connection" },
  "connections.requiredFields": { needs: "MANAGE_APPS", input: ({ connectionId }) => ({ id: connectionId, target: "0123456789" }) },
  "connections.leftOut": { needs: "either", input: ({ connectionId }) => ({ id: connectionId }), ofShop: "connection" },
  "connections.settings": { needs: "either", input: ({ connectionId }) => ({ id: connectionId }), ofShop: "connection" },
  "connections.saveSettings": {
    needs: "MANAGE_APPS",
    input: ({ connectionId }) => ({ id: connectionId, version: 1, values: {} }),
    ofShop: "connection",
  },
  "connections.check": {
    needs: "MANAGE_APPS",
    input: ({ connectionId }) => ({ id: connectionId, name: "importTag", values: {} }),
    ofShop: "connection",
  },
  "connections.setLive": { needs: "MANAGE_APPS", input: ({ connectionId }) => ({ id: connectionId, live: true }), ofShop: "connection" },
  "connections.disconnect": { needs: "MANAGE_APPS", input: ({ connectionId }) => ({ id: connectionId }), ofShop: "connection" },
  "mapping.rules": { needs: "either", input: ({ connectionId }) => ({ id: connectionId }), ofShop: "connection" },
  "mapping.save": { needs: "MANAGE_APPS", input: ({ connectionId }) => ({ id: connectionId, version: 1 }), ofShop: "connection" },
  "mapping.fields": { needs: "MANAGE_APPS", input: ({ connectionId }) => ({ id: connectionId }), ofShop: "connection" },
  "mapping.createField": {
    needs: "MANAGE_APPS",
    input: ({ connectionId }) => ({ id: connectionId, field: { label: "Points", type: "number" } }),
    ofShop: "connection",
  },
  "mapping.preview": {
    needs: "both",
    input: ({ connectionId }) => ({ id: connectionId, who: "nobody@shop-one.dev", fieldRules: [] }),
    ofShop: "connection",
  },
  "mapping.tryChange": {
    needs: "both",
    input: ({ connectionId }) => ({ id: connectionId, rule: CHANGE_RULE, before: "1", after: "2", who: "" }),
    ofShop: "connection",
  },
  "mapping.resend": { needs: "both", input: ({ connectionId }) => ({ id: connectionId }), ofShop: "connection" },
  "mapping.listen": { needs: "MANAGE_APPS", input: ({ connectionId }) => ({ id: connectionId }), ofShop: "connection" },
  "mapping.inboundAddress": { needs: "MANAGE_APPS", input: ({ connectionId }) => ({ id: connectionId }), ofShop: "connection" },
  "mapping.consentLog": {
    needs: "both",
    input: ({ connectionId }) => ({ id: connectionId, email: "nobody@shop-one.dev" }),
    ofShop: "connection",
  },
  "erasure.plan": { needs: "both", input: () => ({ customerId: "VXNlcjox" }) },
  // A customer that the shop does not have, or nobody would be left for the others.
  "erasure.start": { needs: "both", input: () => ({ customerId: "VXNlcjo5OTk5OTk=" }) },
  "erasure.of": { needs: "MANAGE_USERS", input: () => ({ customerId: "VXNlcjox" }) },
  "erasure.receipt": { needs: "MANAGE_USERS", input: ({ erasureId }) => ({ erasureId }), ofShop: "erasure" },
  "erasure.retry": { needs: "both", input: ({ erasureId }) => ({ erasureId }), ofShop: "erasure" },
  "erasure.confirmWaiting": { needs: "both", input: ({ connectionId }) => ({ id: connectionId }), ofShop: "connection" },
  "connect.ticket": { needs: "MANAGE_APPS", input: () => ({ provider: "mailchimp" }) },
  "connect.status": { needs: "MANAGE_APPS", input: ({ attemptId }) => ({ attemptId }), ofShop: "attempt" },
  "connect.withKey": { needs: "MANAGE_APPS", input: () => ({ provider: "mailchimp", credentials: {} }) },
  "connect.confirm": { needs: "MANAGE_APPS", input: ({ attemptId }) => ({ attemptId }), ofShop: "attempt" },
  "connect.cancel": { needs: "MANAGE_APPS", input: ({ attemptId }) => ({ attemptId }), ofShop: "attempt" },
  "runs.plan": { needs: "both", input: ({ connectionId }) => ({ connectionId }), ofShop: "connection" },
  "runs.list": { needs: "either", input: ({ connectionId }) => ({ connectionId, limit: 10 }), ofShop: "connection" },
  "runs.preview": { needs: "both", input: ({ connectionId }) => ({ connectionId }), ofShop: "connection" },
  "runs.start": { needs: "both", input: ({ connectionId }) => ({ connectionId, total: 3 }), ofShop: "connection" },
  "runs.chunk": { needs: "both", input: ({ runId }) => ({ runId, ids: ["VXNlcjox"], cursor: null }), ofShop: "run" },
  "runs.walkDone": { needs: "both", input: ({ runId }) => ({ runId, cursor: null }), ofShop: "run" },
  "runs.get": { needs: "both", input: ({ runId }) => ({ runId }), ofShop: "run" },
  "runs.pause": { needs: "both", input: ({ runId }) => ({ runId }), ofShop: "run" },
  "runs.resume": { needs: "both", input: ({ runId }) => ({ runId }), ofShop: "run" },
  "runs.cancel": { needs: "both", input: ({ runId }) => ({ runId }), ofShop: "run" },
  "runs.stop": { needs: "both", input: ({ runId }) => ({ runId, problem: "x" }), ofShop: "run" },
  "runs.heartbeat": { needs: "both", input: ({ runId }) => ({ runId, problem: null }), ofShop: "run" },
  "runs.retry": { needs: "both", input: ({ runId }) => ({ runId }), ofShop: "run" },
  "runs.left": { needs: "both", input: ({ runId }) => ({ runId }), ofShop: "run" },
  "runs.toBackground": { needs: "both", input: ({ runId }) => ({ runId }), ofShop: "run" },
  "runs.reasons": { needs: "both", input: ({ runId }) => ({ runId }), ofShop: "run" },
  "runs.rows": { needs: "both", input: ({ runId }) => ({ runId, after: null, limit: 10 }), ofShop: "run" },
  "undo.preview": { needs: "both", input: ({ runId }) => ({ runId }), ofShop: "run" },
  "undo.start": { needs: "both", input: ({ runId }) => ({ runId, way: "archive" }), ofShop: "run" },
  "undo.get": { needs: "either", input: ({ runId }) => ({ runId }), ofShop: "run" },
  "customers.unsent": { needs: "either", input: ({ connectionId }) => ({ connectionId }), ofShop: "connection" },
  "customers.retry": { needs: "both", input: ({ connectionId }) => ({ connectionId, only: null }), ofShop: "connection" },
  "activity.page": { needs: "either", input: ({ connectionId }) => ({ id: connectionId, limit: 10 }), ofShop: "connection" },
  "activity.of": { needs: "either", input: ({ connectionId }) => ({ id: connectionId, customerIds: ["VXNlcjox"] }), ofShop: "connection" },
  "activity.reasons": { needs: "either", input: ({ connectionId }) => ({ id: connectionId }), ofShop: "connection" },
  "activity.inspect": {
    needs: "MANAGE_USERS",
    input: ({ connectionId }) => ({ id: connectionId, customerId: "VXNlcjox" }),
    ofShop: "connection",
  },
  "activity.retryOne": {
    needs: "MANAGE_USERS",
    input: ({ connectionId }) => ({ id: connectionId, customerId: "VXNlcjox" }),
    ofShop: "connection",
  },
  "activity.retry": { needs: "both", input: ({ connectionId }) => ({ id: connectionId }), ofShop: "connection" },
  "activity.export": { needs: "both", input: ({ connectionId }) => ({ id: connectionId, withNames: false }), ofShop: "connection" },
  "setup.put": { needs: "MANAGE_APPS", input: () => ({ view: null }) },
  "setup.examples": { needs: "MANAGE_USERS", input: ({ connectionId }) => ({ connectionId }), ofShop: "connection" },
  "standings.of": { needs: "MANAGE_USERS", input: () => ({ customerIds: ["VXNlcjox"] }) },
  "standings.sync": {
    needs: "MANAGE_USERS",
    input: ({ connectionId }) => ({ connectionId, customerIds: ["VXNlcjox"] }),
    ofShop: "connection",
  },
  "audit.list": { needs: "MANAGE_APPS", input: () => ({ limit: 10 }) },
  "customers.syncNow": { needs: "MANAGE_USERS", input: ({ connectionId }) => ({ connectionId, who: "VXNlcjox" }), ofShop: "connection" },
};

const nobody = { connectionId: "none", runId: "run_none", attemptId: "none", erasureId: "none" };
const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: "query" | "mutation" } }>;
const names = Object.keys(procedures);

async function call(
  page: Page,
  name: string,
  ids = nobody,
): Promise<{ code: string; missing?: string[]; message: string } | { answer: unknown }> {
  const [room = "", procedure = ""] = name.split(".");
  const caller = page as unknown as Record<string, Record<string, Record<string, (input: unknown) => Promise<unknown>>>>;
  const act = procedures[name]!._def.type === "query" ? "query" : "mutate";
  try {
    return { answer: await caller[room]![procedure]![act]!(table[name]?.input?.(ids)) };
  } catch (error) {
    if (!(error instanceof TRPCClientError)) throw error;
    return { code: error.data?.code, missing: error.data?.missing, message: error.message };
  }
}
const pageWith = async (permissions: string[]) => town.app.page(town.saleor, { permissions });
const pageWithToken = (token: string) => town.app.page(town.saleor, { token });

describe("who may", () => {
  it("knows every procedure of the app", () => {
    expect(names.sort()).toEqual(Object.keys(table).sort());
  });

  const mint = (options: object) => town.saleor.staffToken({ appId, ...options });
  const strangers: Record<string, () => Promise<string>> = {
    "no token": async () => "",
    "something that is no token": async () => "nonsense",
    "an unsigned token": async () => `${(await mint({})).split(".").slice(0, 2).join(".")}.`,
    "an expired token": () => mint({ expiresInSeconds: -60 }),
    "a token for another app": () => mint({ claims: { app: "QXBwOjk5OQ==" } }),
    "a token of another kind": () => mint({ claims: { type: "access" } }),
    "a token that names another issuer": () => mint({ claims: { iss: neighbour.saleor.apiUrl } }),
  };
  it.each(Object.keys(strangers))("lets nobody in with %s", async (kind) => {
    const page = await pageWithToken(await strangers[kind]!());
    for (const name of names)
      expect(await call(page, name), name).toMatchObject({ code: "UNAUTHORIZED", message: expect.stringMatching(/\.$/) });
  });

  it("lets nobody in with a token of another shop, however often it is tried", async () => {
    const page = await pageWithToken(await neighbour.saleor.staffToken({ appId: neighbour.appId }));
    // A key that we do not know is looked for a few times; then we say that we cannot tell.
    for (const name of names)
      expect(await call(page, name), name).toMatchObject({ code: expect.stringMatching(/^(UNAUTHORIZED|SERVICE_UNAVAILABLE)$/) });
  });

  it.each(names)("asks for exactly the permissions of the table: %s", async (name) => {
    const needs = table[name]?.needs;
    const passes: Record<string, boolean> = {
      "": false,
      MANAGE_ORDERS: false,
      MANAGE_APPS: needs === "MANAGE_APPS" || needs === "either",
      MANAGE_USERS: needs === "MANAGE_USERS" || needs === "either",
      "MANAGE_APPS,MANAGE_USERS": true,
    };
    for (const [held, may] of Object.entries(passes)) {
      const told = await call(await pageWith(held ? held.split(",") : []), name);
      if (may) expect(told, `${held} may`).not.toMatchObject({ code: "FORBIDDEN" });
      else
        expect(told, `${held} may not`).toMatchObject({
          code: "FORBIDDEN",
          missing: expect.anything(),
          message: expect.stringContaining("permission"),
        });
    }
  });

  it("says the permission that is missing, and only that one", async () => {
    const told = await call(await pageWith(["MANAGE_APPS"]), "runs.start");
    expect(told).toMatchObject({ missing: ["MANAGE_USERS"], message: expect.stringContaining("“Manage customers”") });
  });

  it("says 'not now' rather than 'no' while the shop's keys cannot be had", async () => {
    await town.saleor.rotateKeys();
    town.saleor.fail({ kind: "error500", where: "jwks" });
    expect(await call(await pageWith(["MANAGE_APPS"]), "connections.list")).toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    town.saleor.heal();
    await until(async () => "answer" in (await call(await pageWith(["MANAGE_APPS"]), "connections.list")));
  });
});

describe("what belongs to another shop", () => {
  const foreign = async () => ({
    connectionId: neighbour.connectionId,
    runId: neighbourRun,
    erasureId: neighbourErasure,
    attemptId: (await neighbour.page.connect.ticket.mutate({ provider: "mailchimp" })).attemptId,
  });
  it.each(names.filter((name) => table[name]?.ofShop))("is unknown here: %s", async (name) => {
    const page = await town.app.page(town.saleor);
    const [theirs, unknown] = [await call(page, name, await foreign()), await call(page, name)];
    expect(theirs).toEqual(unknown);
    expect(JSON.stringify(theirs)).toMatch(/NOT_FOUND|gone|expired|"answer":\{\}/);
  });

  it("was not touched by the asking", async () => {
    const run = await neighbour.page.runs.get.query({ runId: neighbourRun });
    expect(run).toMatchObject({ state: "running", marked: 0 });
    expect(await neighbour.page.connections.get.query({ id: neighbour.connectionId })).toMatchObject({
      live: false,
      health: "catching_up",
    });
    expect((await (await town.app.page(town.saleor)).connections.list.query()).map(({ id }) => id)).toEqual([town.connectionId]);
  });
});

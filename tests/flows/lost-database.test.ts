import { rmSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { freshDataDir } from "../template-db";
import { type App, startApp, startConnected, until } from "./app";

const variables = { CATCH_UP_MINUTES: "0.02" };

describe("a lost database", () => {
  it("is rebuilt quietly from Saleor, and nothing at the provider is changed by it", async () => {
    const dataDir = freshDataDir("crm-lost-");
    const place = { DATA_DIR: dataDir, ...variables };
    const other = await startConnected({ customers: 40, variables: place });
    const run = await other.page.runs.start.mutate({ connectionId: other.connectionId, total: 40 });
    await other.page.runs.chunk.mutate({ runId: run.id, ids: other.saleor.customers.all().map((person) => person.id), cursor: null });
    const before = other.mailchimp.audience().members();
    const writesBefore = writes();
    await other.app.close();
    rmSync(path.join(dataDir, "pglite"), { recursive: true });
    const again: App = await startApp(other.mailchimp, place);
    const open = "select count(*) as n from ledger where state in ('waiting', 'retrying')";
    const all = "select count(*) as n from ledger";
    await until(
      async () =>
        Number((await again.rows<{ n: number }>(all))[0]?.n) === 40 && Number((await again.rows<{ n: number }>(open))[0]?.n) === 0,
    );
    expect(other.mailchimp.audience().members()).toEqual(before);
    expect(writes()).toBe(writesBefore);
    await again.close();
    await other.saleor.close();
    await other.mailchimp.close();
    rmSync(dataDir, { recursive: true, force: true });

    function writes(): number {
      return other.mailchimp.requests.filter((request) => request.method !== "GET").length;
    }
  });
});

import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { freshDataDir } from "../template-db";
import { startApp, startConnected, until } from "./app";

describe("hours in which the app was down", () => {
  it("are made up for when it is back, though Saleor has long given up telling", { timeout: 120_000 }, async () => {
    const place = { DATA_DIR: freshDataDir("crm-down-"), CATCH_UP_MINUTES: "0.02" };
    const other = await startConnected({ variables: place });
    const { customers } = other.saleor;
    const person = await customers.create({ email: "known@shop-one.dev" });
    await until(() => other.mailchimp.audience().member("known@shop-one.dev"));
    await other.app.close();
    await customers.update(person.id, { firstName: "Meanwhile" });
    await customers.create({ email: "new@shop-one.dev" });
    await other.saleor.settled();
    expect(other.saleor.deliveries.slice(-2).map(({ status }) => status)).toEqual(["failed", "failed"]);
    const again = await startApp(other.mailchimp, place);
    await until(() => other.mailchimp.audience().member("known@shop-one.dev")?.merge_fields.FNAME === "Meanwhile");
    await until(() => other.mailchimp.audience().member("new@shop-one.dev"));
    await again.close();
    await Promise.all([other.saleor.close(), other.mailchimp.close()]);
    rmSync(place.DATA_DIR, { recursive: true, force: true });
  });
});

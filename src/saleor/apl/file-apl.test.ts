import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { AuthData } from "@saleor/app-sdk/APL";
import { FileAPL } from "@saleor/app-sdk/APL/file";
import { describe, expect, it } from "vitest";
import { createLog } from "@/platform/log";
import { createFileApl } from "./file-apl";
import { forWebhooks } from "./for-webhooks";

const aFile = () => path.join(mkdtempSync(path.join(tmpdir(), "crm-apl-")), "data", "auth.json");
const aShop = (name: string, more: Partial<AuthData> = {}): AuthData => ({
  saleorApiUrl: `https://${name}.example.com/graphql/`,
  token: `token-of-${name}`,
  appId: `app-of-${name}`,
  jwks: `keys-of-${name}`,
  ...more,
});
const quiet = createLog("silent");

describe("the file of auth data", () => {
  it("keeps many shops, where the SDK's own keeps the last one only", async () => {
    const [one, two] = [aShop("one"), aShop("two")];
    const file = aFile();
    const apl = createFileApl(file);
    await apl.set(one);
    await apl.set(two);
    expect([await apl.get(one.saleorApiUrl), await apl.get(two.saleorApiUrl)]).toEqual([one, two]);

    const sdk = new FileAPL({ fileName: path.join(path.dirname(file), "sdk.json") });
    await sdk.set(one);
    await sdk.set(two);
    expect(await sdk.get(one.saleorApiUrl)).toBeUndefined();
  });

  it("answers undefined for an unknown shop and an empty list before the first one", async () => {
    const apl = createFileApl(aFile());
    expect([await apl.get("https://x.example.com/graphql/"), await apl.getAll()]).toEqual([undefined, []]);
  });

  it("loses nothing when many write at once, and leaves no drafts behind", async () => {
    const file = aFile();
    const [here, there] = [createFileApl(file), createFileApl(file)];
    const names = Array.from({ length: 20 }, (_, i) => `shop${i}`);
    await Promise.all(names.map((name, i) => (i % 2 ? here : there).set(aShop(name))));
    expect((await here.getAll()).map((shop) => shop.token).sort()).toEqual(names.map((name) => `token-of-${name}`).sort());
    expect(readdirSync(path.dirname(file))).toEqual(["auth.json"]);
  });

  it("loses nothing when processes write at once", async () => {
    const file = aFile();
    const apl = createFileApl(file);
    await apl.set(aShop("before"));
    const script = `
      import { createFileApl } from "./src/saleor/apl/file-apl.ts";
      const apl = createFileApl(process.argv[2]);
      for (let i = 0; i < 5; i += 1)
        await apl.set({ saleorApiUrl: "https://" + process.argv[3] + i + ".example.com/graphql/", token: "t", appId: "a" });`;
    const runner = path.join(path.dirname(file), "writer.mts");
    writeFileSync(runner, script.replace("./src", path.resolve("src")));
    await Promise.all(
      ["a", "b"].map((name) => promisify(execFile)(process.execPath, ["--import", "tsx", runner, file, name], { cwd: path.resolve(".") })),
    );
    expect(await apl.getAll()).toHaveLength(11);
  });

  it("sees what another process wrote, and only reads again when something changed", async () => {
    const file = aFile();
    const [here, there] = [createFileApl(file), createFileApl(file)];
    await here.set(aShop("one"));
    expect(await there.getAll()).toHaveLength(1);
    await here.set(aShop("one", { token: "newer" }));
    expect((await there.get(aShop("one").saleorApiUrl))?.token).toBe("newer");
    expect(await there.get(aShop("one").saleorApiUrl)).toBe(await there.get(aShop("one").saleorApiUrl));
  });

  it("is readable by its owner only", async () => {
    const file = aFile();
    await createFileApl(file).set(aShop("one"));
    expect([statSync(file).mode & 0o777, statSync(path.dirname(file)).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it("removes one shop and leaves the others", async () => {
    const apl = createFileApl(aFile());
    await apl.set(aShop("one"));
    await apl.set(aShop("two"));
    await apl.delete(aShop("one").saleorApiUrl);
    await apl.delete("https://unknown.example.com/graphql/");
    expect(await apl.getAll()).toEqual([aShop("two")]);
  });

  it("takes over the file of the SDK's FileAPL", async () => {
    const file = path.join(path.dirname(path.dirname(aFile())), "old.json");
    const sdk = new FileAPL({ fileName: file });
    await sdk.set(aShop("one"));
    const apl = createFileApl(file);
    expect(await apl.getAll()).toEqual([aShop("one")]);
    await apl.set(aShop("two"));
    expect(await apl.getAll()).toHaveLength(2);
    await sdk.set(aShop("one"));
    await sdk.delete(aShop("one").saleorApiUrl);
    expect(await apl.getAll()).toEqual([]);
  });

  it.each([
    ["empty", ""],
    ["cut off", '{"version":1,"shops":[{"token":"secret-token'],
    ["something else", '{"hello":"world"}'],
    ["of a later version", '{"version":2,"shops":[]}'],
  ])("that is %s is an error, not an absence, and is never overwritten", async (_case, text) => {
    const file = path.join(path.dirname(path.dirname(aFile())), "auth.json");
    writeFileSync(file, text);
    const apl = createFileApl(file);
    await expect(apl.get("https://one.example.com/graphql/")).rejects.toThrow(/FILE_APL_PATH/);
    await expect(apl.getAll()).rejects.toThrow(/FILE_APL_PATH/);
    await expect(apl.set(aShop("one"))).rejects.not.toThrow(/secret-token/);
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(await apl.isReady?.()).toMatchObject({ ready: false });
    expect(await apl.isConfigured?.()).toMatchObject({ configured: false });
  });

  it("works again once the file is mended", async () => {
    const file = path.join(path.dirname(path.dirname(aFile())), "auth.json");
    writeFileSync(file, "broken");
    const apl = createFileApl(file);
    await expect(apl.set(aShop("one"))).rejects.toThrow();
    writeFileSync(file, "{}");
    await apl.set(aShop("one"));
    expect(await apl.getAll()).toHaveLength(1);
  });
});

describe("the store as webhooks see it", () => {
  it("refreshes keys and nothing else", async () => {
    const apl = createFileApl(aFile());
    await apl.set(aShop("one", { token: "present" }));
    const view = forWebhooks(apl, quiet);
    await view.set(aShop("one", { token: "present", appId: "other", jwks: "newer keys" }));
    expect(await apl.get(aShop("one").saleorApiUrl)).toEqual(aShop("one", { token: "present", jwks: "newer keys" }));
  });

  it("does not bring an old token back", async () => {
    const apl = createFileApl(aFile());
    await apl.set(aShop("one", { token: "after re-install" }));
    await forWebhooks(apl, quiet).set(aShop("one", { token: "before", jwks: "late keys" }));
    await forWebhooks(apl, quiet).set(aShop("never installed"));
    expect(await apl.getAll()).toEqual([aShop("one", { token: "after re-install" })]);
  });

  it("does the same over a store that only has get and set", async () => {
    const apl = createFileApl(aFile());
    await apl.set(aShop("one", { token: "present" }));
    const view = forWebhooks({ get: apl.get, set: apl.set, delete: apl.delete, getAll: apl.getAll }, quiet);
    await view.set(aShop("one", { token: "old", jwks: "late keys" }));
    expect((await apl.get(aShop("one").saleorApiUrl))?.jwks).toBe("keys-of-one");
    await view.set(aShop("one", { token: "present", jwks: "newer keys" }));
    expect((await apl.get(aShop("one").saleorApiUrl))?.jwks).toBe("newer keys");
  });

  it("cannot fail the request", async () => {
    const broken = { get: () => Promise.reject(new Error("down")), set: () => Promise.reject(new Error("down")) };
    await expect(
      forWebhooks({ ...createFileApl(aFile()), ...broken, refreshJwks: undefined }, quiet).set(aShop("one")),
    ).resolves.toBeUndefined();
  });
});

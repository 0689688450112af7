import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createGuardedFetch, FetchTrouble, isAcceptableAddress } from "./guarded-fetch";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(answer: RequestListener): Promise<{ url: string; host: string; hits: () => number }> {
  let hits = 0;
  const server = createServer((req, res) => {
    hits += 1;
    answer(req, res);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/graphql/`, host: `127.0.0.1:${port}`, hits: () => hits };
}

const strict = { allowedHosts: [], allowLoopback: false };
const reasonOf = (asked: Promise<unknown>) =>
  asked.then(
    () => "answered",
    (error: unknown) => (error instanceof FetchTrouble ? error.reason : String(error)),
  );

describe("the guarded way out", () => {
  it.each([
    "http://example.com/graphql/",
    "https://127.0.0.1/graphql/",
    "https://2130706433/graphql/",
    "https://0x7f.1/graphql/",
    "https://[::1]/graphql/",
    "https://[::ffff:169.254.169.254]/latest",
    "https://10.0.0.8:8000/graphql/",
    "ftp://example.com/",
  ])("sends nothing to %s", async (url) => {
    expect(await reasonOf(createGuardedFetch(strict)(url))).toBe("address_refused");
    expect(isAcceptableAddress(url, strict)).toBe(false);
  });

  it("looks at the address behind a name when it connects", async () => {
    const { url, hits } = await serve((_req, res) => res.end("inside"));
    const named = url.replace("http://127.0.0.1", "https://localhost");
    expect(isAcceptableAddress(named, strict)).toBe(true);
    expect(await reasonOf(createGuardedFetch(strict)(named))).toBe("address_refused");
    expect(hits()).toBe(0);
  });

  it("reaches a private host that the operator has listed, by host or by host and port", async () => {
    const { url, host } = await serve((_req, res) => res.end("inside"));
    for (const entry of [host, "127.0.0.1"]) {
      const answer = await createGuardedFetch({ allowedHosts: [entry], allowLoopback: false })(url);
      expect(answer).toMatchObject({ status: 200, text: "inside" });
    }
    expect(await reasonOf(createGuardedFetch({ allowedHosts: ["127.0.0.1:1"], allowLoopback: false })(url))).toBe("address_refused");
  });

  it("does not follow a redirect", async () => {
    const inside = await serve((_req, res) => res.end("secret"));
    const { url } = await serve((_req, res) => res.writeHead(307, { location: inside.url }).end());
    expect(await createGuardedFetch({ ...strict, allowLoopback: true })(url)).toMatchObject({ status: 307 });
    expect(inside.hits()).toBe(0);
  });

  it("stops reading at the size limit and waiting at the time limit", async () => {
    const fetch = createGuardedFetch({ ...strict, allowLoopback: true });
    const big = await serve((_req, res) => res.end("x".repeat(2000)));
    const slow = await serve(() => undefined);
    expect(await reasonOf(fetch(big.url, { maxBytes: 1000 }))).toBe("too_large");
    expect(await reasonOf(fetch(slow.url, { timeoutMs: 50 }))).toBe("timeout");
    expect(await reasonOf(fetch(slow.url, { signal: AbortSignal.abort() }))).toBe("aborted");
  });

  it("says network when nobody listens or the line is cut", async () => {
    const fetch = createGuardedFetch({ ...strict, allowLoopback: true });
    const cut = await serve((req) => req.socket.destroy());
    expect(await reasonOf(fetch(cut.url))).toBe("network");
    expect(await reasonOf(fetch("http://127.0.0.1:1/"))).toBe("network");
  });
});

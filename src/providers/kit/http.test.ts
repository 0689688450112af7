import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { send } from "./http";

const servers: Server[] = [];
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe("send", () => {
  it("sends JSON and reads JSON, problem+json too", async () => {
    const url = await serve(async (req, res) => {
      let text = "";
      for await (const chunk of req) text += String(chunk);
      res.writeHead(400, { "content-type": "application/problem+json; charset=utf-8" }).end(JSON.stringify({ got: JSON.parse(text) }));
    });
    expect(await send({ method: "POST", url, body: { a: 1 } })).toMatchObject({ kind: "response", status: 400, json: { got: { a: 1 } } });
  });

  it("does not take HTML or broken JSON for an answer", async () => {
    const html = await serve((_req, res) => res.setHeader("content-type", "text/html").end("<html>"));
    const broken = await serve((_req, res) => res.setHeader("content-type", "application/json").end('{"a'));
    expect(await send({ method: "GET", url: html })).toMatchObject({ kind: "response", json: null, contentType: "text/html" });
    expect(await send({ method: "GET", url: broken })).toMatchObject({ kind: "response", json: null });
  });

  it("tells a time-out, a stop and a lost line apart", async () => {
    const silent = await serve(() => {});
    const stop = new AbortController();
    expect(await send({ method: "GET", url: silent, timeoutMs: 30 })).toEqual({ kind: "timeout" });
    const stopped = send({ method: "GET", url: silent, signal: stop.signal });
    stop.abort();
    expect(await stopped).toEqual({ kind: "aborted" });
    expect(await send({ method: "GET", url: silent, signal: stop.signal })).toEqual({ kind: "aborted" });
    const cut = await serve((_req, res) => res.destroy());
    expect(await send({ method: "GET", url: cut })).toEqual({ kind: "network" });
  });

  it("times out in the middle of a body", async () => {
    const url = await serve((_req, res) => void res.setHeader("content-type", "application/json").write('{"a":'));
    expect(await send({ method: "GET", url, timeoutMs: 50 })).toEqual({ kind: "timeout" });
  });

  it("follows no redirect: it would carry the credential to another host", async () => {
    let visited = false;
    const elsewhere = await serve((_req, res) => {
      visited = true;
      res.end();
    });
    const url = await serve((_req, res) => res.writeHead(302, { location: elsewhere }).end());
    expect(await send({ method: "GET", url, headers: { authorization: "Bearer x" } })).toMatchObject({ kind: "response", status: 302 });
    expect(visited).toBe(false);
  });

  it("reads Retry-After in seconds and as a date", async () => {
    const seconds = await serve((_req, res) => res.writeHead(429, { "retry-after": "7" }).end());
    const date = await serve((_req, res) => res.writeHead(429, { "retry-after": new Date(Date.now() + 3_600_000).toUTCString() }).end());
    expect(await send({ method: "GET", url: seconds })).toMatchObject({ retryAfterSeconds: 7 });
    const answer = await send({ method: "GET", url: date });
    expect(answer.kind === "response" && answer.retryAfterSeconds).toBeGreaterThan(3000);
  });
});

/** Mounts Next API handlers on a plain http server: the real doors without a build. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { NextApiHandler, NextApiRequest, NextApiResponse, PageConfig } from "next";

export interface ApiRoute {
  default: NextApiHandler | ((req: NextApiRequest, res: NextApiResponse) => unknown);
  config?: PageConfig;
}

export interface ServedHandlers {
  origin: string;
  close(): Promise<void>;
}

/** Routes by path, e.g. `/api/manifest`; `[name]` in a path becomes `req.query.name`. */
export async function serveHandlers(routes: Readonly<Record<string, ApiRoute>>, wanted = 0): Promise<ServedHandlers> {
  const server = createServer((req, res) => {
    dispatch(routes, req, res).catch((error: unknown) => {
      if (!res.headersSent) res.writeHead(500).end(String(error));
    });
  });
  // Longer than any client keeps its side: a socket closed under a request would look like a fault nobody asked for.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((done) => server.listen(wanted, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function dispatch(routes: Readonly<Record<string, ApiRoute>>, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url ?? "/", "http://app");
  for (const [path, route] of Object.entries(routes)) {
    const params = matchPath(path, url.pathname);
    if (params === null) continue;
    const response = asNextResponse(res);
    const request = Object.assign(req, { query: { ...queryOf(url), ...params }, cookies: cookiesOf(req), body: undefined as unknown });
    const parser = route.config?.api?.bodyParser;
    if (parser !== false) {
      const body = await parseBody(req, limitOf(parser));
      if ("status" in body) return void response.status(body.status).send(body.message);
      request.body = body.value;
    }
    await route.default(request as unknown as NextApiRequest, response);
    return;
  }
  res.writeHead(404).end("not found");
}

function matchPath(path: string, pathname: string): Record<string, string> | null {
  const names: string[] = [];
  const pattern = path.replace(/\[(\w+)\]/g, (_all, name: string) => {
    names.push(name);
    return "([^/]+)";
  });
  const found = new RegExp(`^${pattern}$`).exec(pathname);
  return found ? Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? "")])) : null;
}

function queryOf(url: URL): Record<string, string | string[]> {
  const names = [...new Set(url.searchParams.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = url.searchParams.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? "") : values];
    }),
  );
}

function cookiesOf(req: IncomingMessage): Record<string, string> {
  const pairs = (req.headers.cookie ?? "").split(/;\s*/).filter((pair) => pair.includes("="));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), decodeURIComponent(pair.slice(pair.indexOf("=") + 1))]));
}

function limitOf(parser: Exclude<NonNullable<PageConfig["api"]>["bodyParser"], false>): number {
  const given = parser?.sizeLimit ?? "1mb";
  if (typeof given === "number") return given;
  const [, amount = "1", unit = "mb"] = /^(\d+)(kb|mb)$/.exec(given) ?? [];
  return Number(amount) * (unit === "kb" ? 1024 : 1024 * 1024);
}

async function parseBody(req: IncomingMessage, limit: number): Promise<{ value: unknown } | { status: number; message: string }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    size += (chunk as Buffer).length;
    if (size > limit) return { status: 413, message: "Body exceeded limit" };
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  if (!/application\/json/.test(req.headers["content-type"] ?? "")) return { value: text };
  try {
    return { value: text === "" ? {} : JSON.parse(text) };
  } catch {
    return { status: 400, message: "Invalid JSON" };
  }
}

function asNextResponse(res: ServerResponse): NextApiResponse {
  const next = Object.assign(res, {
    status(code: number) {
      res.statusCode = code;
      return next;
    },
    json(body: unknown) {
      if (!res.hasHeader("content-type")) res.setHeader("content-type", "application/json; charset=utf-8");
      res.end(JSON.stringify(body));
    },
    send(body: unknown) {
      if (typeof body === "object" && body !== null && !Buffer.isBuffer(body)) return next.json(body);
      res.end(body === undefined || body === null ? "" : Buffer.isBuffer(body) ? body : String(body));
    },
    redirect(statusOrUrl: number | string, url?: string) {
      const status = typeof statusOrUrl === "number" ? statusOrUrl : 307;
      res.writeHead(status, { location: url ?? String(statusOrUrl) }).end();
      return next;
    },
  });
  return next as unknown as NextApiResponse;
}

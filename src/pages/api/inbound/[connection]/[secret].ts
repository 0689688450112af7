import type { IncomingMessage } from "node:http";
import type { NextApiHandler, PageConfig } from "next";
import { takeInbound } from "@/intake/inbound";
import { rooms } from "@/wiring";

/** A form or JSON, read by the provider that sent it. */
export const config: PageConfig = { api: { bodyParser: false } };

const BODY_LIMIT = 256 * 1024;

/** GET is the vendor's question whether anybody is there. */
const handler: NextApiHandler = async (req, res) => {
  if (req.method !== "GET" && req.method !== "POST") return res.status(405).end();
  const body = req.method === "GET" ? null : await readBody(req);
  if (body === undefined) return res.status(413).end();
  const { inbound } = await rooms();
  const { connection, secret } = req.query;
  const answer = await takeInbound(inbound, { id: String(connection), secret: String(secret), body });
  res.status(answer.status).setHeader("cache-control", "no-store");
  return "what" in answer ? res.json({ error: answer.what }) : res.end();
};

export default handler;

async function readBody(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

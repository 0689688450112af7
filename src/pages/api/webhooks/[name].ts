import type { IncomingMessage } from "node:http";
import type { NextApiHandler, PageConfig } from "next";
import { receive, WEBHOOK_BODY_LIMIT } from "@/intake/receive";
import { webhookDefinitions } from "@/saleor/webhook-definitions";
import { rooms } from "@/wiring";

/** The signature covers the bytes as they came. */
export const config: PageConfig = { api: { bodyParser: false } };

const byName = new Map(webhookDefinitions.map((definition) => [definition.name, definition]));

const handler: NextApiHandler = async (req, res) => {
  const definition = byName.get(String(req.query.name));
  if (!definition) return res.status(404).json({ error: { type: "UNKNOWN_WEBHOOK", message: "There is no webhook at this address." } });
  if (req.method !== "POST") return res.status(405).json({ error: { type: "WRONG_METHOD", message: "Webhooks are sent by POST." } });
  const rawBody = await readBody(req);
  if (!rawBody) return res.status(413).json({ error: { type: "TOO_LARGE", message: "The payload is larger than 256 kB." } });
  const { intake } = await rooms();
  const answer = await receive(intake, {
    definition,
    headers: {
      event: single(req.headers["saleor-event"]),
      signature: single(req.headers["saleor-signature"]),
      saleorApiUrl: single(req.headers["saleor-api-url"]),
    },
    rawBody,
  });
  return res.status(answer.status).json(answer.body);
};

export default handler;

const single = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header);

async function readBody(req: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > WEBHOOK_BODY_LIMIT) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

import type { NextApiRequest, NextApiResponse, PageConfig } from "next";
import { isBearer } from "@/platform/bearer";
import { env } from "@/platform/env";
import { rooms } from "@/wiring";

/** CRON_SECONDS and the grace after it must fit in. */
export const config: PageConfig = { maxDuration: 60 };

export default async function cron(req: NextApiRequest, res: NextApiResponse) {
  const secret = env().CRON_SECRET;
  if (!secret) return res.status(404).json({ error: "Not found" });
  if (!isBearer(req.headers.authorization, secret)) return res.status(401).json({ error: "Send CRON_SECRET as a bearer token." });
  // Vercel's scheduler sends GET.
  if (req.method !== "GET" && req.method !== "POST") return res.status(405).setHeader("Allow", "GET, POST").json({ error: "GET or POST" });
  const { takeTurn } = await rooms();
  res
    .status(200)
    .setHeader("cache-control", "no-store")
    .json(await takeTurn());
}

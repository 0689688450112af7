import type { NextApiRequest, NextApiResponse } from "next";
import { answerHealth } from "@/health";

export default async function health(_req: NextApiRequest, res: NextApiResponse) {
  const { status, contentType, body } = await answerHealth();
  res.status(status).setHeader("content-type", contentType).setHeader("cache-control", "no-store").send(body);
}

import type { NextApiRequest, NextApiResponse } from "next";
import { answerMetrics } from "@/health";

export default async function metrics(req: NextApiRequest, res: NextApiResponse) {
  const { status, contentType, body } = await answerMetrics(req.headers.authorization);
  res.status(status).setHeader("content-type", contentType).setHeader("cache-control", "no-store").send(body);
}

import type { NextApiRequest, NextApiResponse } from "next";
import { answerDoor } from "@/connections/answer-door";
import { visitStart } from "@/connections/oauth-doors";
import { rooms } from "@/wiring";

export default async function start(req: NextApiRequest, res: NextApiResponse) {
  const { oauth, env } = await rooms();
  await answerDoor(req, res, { deps: oauth.deps, visit: visitStart, configuredBaseUrl: env.APP_IFRAME_BASE_URL ?? env.APP_API_BASE_URL });
}

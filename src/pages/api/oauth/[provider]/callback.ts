import type { NextApiRequest, NextApiResponse } from "next";
import { answerDoor } from "@/connections/answer-door";
import { visitCallback } from "@/connections/oauth-doors";
import { rooms } from "@/wiring";

export default async function callback(req: NextApiRequest, res: NextApiResponse) {
  const { oauth, env } = await rooms();
  await answerDoor(req, res, {
    deps: oauth.deps,
    visit: visitCallback,
    configuredBaseUrl: env.APP_IFRAME_BASE_URL ?? env.APP_API_BASE_URL,
  });
}

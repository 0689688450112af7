/** The HTTP around a visit: only GET counts, and our own address is the configured one where there is one. */
import { getBaseUrl } from "@saleor/app-sdk/headers";
import type { NextApiRequest, NextApiResponse } from "next";
import type { OAuthDeps } from "./oauth";
import type { Visit } from "./oauth-doors";
import type { DoorAnswer } from "./oauth-pages";

interface Door {
  deps: OAuthDeps;
  visit(deps: OAuthDeps, visit: Visit): Promise<DoorAnswer>;
  /** As a browser reaches us: APP_IFRAME_BASE_URL, else APP_API_BASE_URL. */
  configuredBaseUrl: string | undefined;
}

export async function answerDoor(req: NextApiRequest, res: NextApiResponse, door: Door): Promise<void> {
  // A HEAD by a link preview must not use up the ticket.
  if (req.method !== "GET") {
    res.setHeader("Allow", "GET").status(405).send("Only GET is answered here.");
    return;
  }
  const { provider, ...query } = req.query;
  const appBaseUrl = (door.configuredBaseUrl ?? getBaseUrl(req.headers as Record<string, string>)).replace(/\/+$/, "");
  const answer = await door.visit(door.deps, { provider: String(provider), query, cookies: req.cookies, appBaseUrl });
  for (const [name, value] of Object.entries(answer.headers)) res.setHeader(name, value);
  res.status(answer.status).send(answer.body);
}

import type { NextApiRequest, NextApiResponse, PageConfig } from "next";
import { env } from "@/platform/env";
import { log } from "@/platform/log";
import { announceInstalled } from "@/saleor/install-hooks";
import { guardOptions, sharedFetch } from "@/saleor/outbound";
import { registerShop } from "@/saleor/register-shop";
import { saleorApp } from "../../../saleor-app";

export const config: PageConfig = { api: { bodyParser: { sizeLimit: "16kb" } } };

export default async function register(req: NextApiRequest, res: NextApiResponse) {
  if (req.method !== "POST") {
    res
      .setHeader("Allow", "POST")
      .status(405)
      .json({ success: false, error: { code: "WRONG_METHOD", message: "Only POST is answered here." } });
    return;
  }
  const header = req.headers["saleor-api-url"];
  const deps = {
    apl: saleorApp().apl,
    fetch: sharedFetch(),
    guard: guardOptions(),
    appIdentifier: env().MANIFEST_APP_ID,
    allowedDomain: env().ALLOWED_DOMAIN_PATTERN,
    onInstalled: announceInstalled,
    log: log(),
  };
  const answer = await registerShop(deps, { saleorApiUrl: Array.isArray(header) ? header[0] : header, body: req.body });
  res.status(answer.status).json(answer.body);
}

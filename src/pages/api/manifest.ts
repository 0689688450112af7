import { createManifestHandler } from "@saleor/app-sdk/handlers/next";
import { env } from "@/platform/env";
import { baseUrlsOf, buildManifest } from "@/saleor/manifest";

export default createManifestHandler({
  async manifestFactory({ appBaseUrl, schemaVersion }) {
    return buildManifest({ baseUrls: baseUrlsOf(env(), appBaseUrl), schemaVersion, env: env() });
  },
});

/** The install side of the app on a port of its own: real doors, real file of auth data, the process's own environment replaced. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { APL } from "@saleor/app-sdk/APL";
import * as manifest from "@/pages/api/manifest";
import * as register from "@/pages/api/register";
import { type Env, loadEnv, setEnv } from "@/platform/env";
import { createLog } from "@/platform/log";
import { sharedApl } from "@/saleor/apl/create-apl";
import { forgetOutbound } from "@/saleor/outbound";
import { serveHandlers } from "./serve-handler";

export interface InstallSide {
  origin: string;
  manifestUrl: string;
  dataDir: string;
  env: Env;
  apl(): APL;
  /** Everything logged so far. */
  logged(): string;
  close(): Promise<void>;
}

export async function startInstallSide(variables: Record<string, string> = {}): Promise<InstallSide> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "crm-install-"));
  const served = await serveHandlers({ "/api/manifest": manifest, "/api/register": register });
  const own = { APP_IFRAME_BASE_URL: served.origin, APP_API_BASE_URL: served.origin, DATA_DIR: dataDir, CRM_SANDBOX: "1" };
  const env = loadEnv({ NODE_ENV: "test", ...own, ...variables });
  const lines: string[] = [];
  forgetOutbound();
  setEnv(env);
  (globalThis as { __crmLog?: unknown }).__crmLog = createLog("debug", { write: (line: string) => void lines.push(line) });
  return {
    origin: served.origin,
    manifestUrl: `${served.origin}/api/manifest`,
    dataDir,
    env,
    apl: sharedApl,
    logged: () => lines.join(""),
    async close() {
      await served.close();
      forgetOutbound();
      setEnv(null);
      (globalThis as { __crmLog?: unknown }).__crmLog = undefined;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

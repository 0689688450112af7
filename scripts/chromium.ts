/** Real Chromium: Debian's where it exists, else the one that comes as an npm package. */
import { existsSync } from "node:fs";
import packaged from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

const SYSTEM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"];

export async function launchChromium(): Promise<Browser> {
  const system = process.env.CHROMIUM_PATH ?? SYSTEM.find((path) => existsSync(path));
  if (system) return chromium.launch({ executablePath: system, args: QUIET });
  // Without the package's own arguments: they are for functions in a cloud (one process), where it dies with its first context.
  return chromium.launch({ executablePath: await packaged.executablePath(), args: QUIET });
}

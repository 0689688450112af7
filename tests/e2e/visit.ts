/** A person in front of the Dashboard: what they see, what the browser complains about, pictures of it. */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Browser, BrowserContext, Frame, FrameLocator, Page } from "playwright-core";

const PICTURES = path.resolve(import.meta.dirname, "../../screenshots");
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Inside the Dashboard's frame. */
  readonly app: FrameLocator;
  /** Errors and refusals by the content security policy, in the page and in the frame. */
  readonly complaints: string[];
  picture(name: string): Promise<void>;
  /** A pop-up on one of the Dashboard's own pages. */
  readonly popup: FrameLocator;
  /** What axe finds in the frame, or in another one, less macaw's own faults (ui.md 2.5). */
  barriers(frame?: "#frame" | "#popup"): Promise<string[]>;
  close(): Promise<void>;
}

export interface VisitOptions {
  width?: number;
  height?: number;
  /** Runs before the Dashboard's own scripts. */
  prepare?: (page: Page) => Promise<void>;
}

export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const { width = 1280, height = 900 } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    acceptDownloads: true,
    locale: "en-GB",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${message.text()} (${message.location().url})`);
  });
  await options.prepare?.(page);
  await page.goto(url);
  return {
    page,
    context,
    app: page.frameLocator("#frame"),
    popup: page.frameLocator("#popup"),
    complaints,
    picture: (name) => picture(page, name),
    barriers: async (frame) => barriers(await frameOf(page, frame)),
    close: () => context.close(),
  };
}

async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`) });
}

export async function frameOf(page: Page, selector = "#frame"): Promise<Frame> {
  const frame = await (await page.waitForSelector(selector)).contentFrame();
  if (!frame) throw new Error("The Dashboard shows no frame");
  return frame;
}

interface AxeNode {
  html: string;
  target: unknown[];
}
interface AxeViolation {
  id: string;
  help: string;
  nodes: AxeNode[];
}

async function barriers(frame: Frame): Promise<string[]> {
  await frame.evaluate(axeSource);
  const found = await frame.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: AxeViolation[] }> } };
    return (await axe.run()).violations;
  });
  return found.flatMap(({ id, help, nodes }) =>
    nodes.filter((node) => !isMacawsOwn(id, node)).map((node) => `${id}: ${help}: ${node.html.slice(0, 160)}`),
  );
}

/** Faults inside macaw-ui 2.0.0 that no prop can mend. */
function isMacawsOwn(rule: string, { html }: AxeNode): boolean {
  if (rule === "aria-allowed-attr") return html.startsWith("<svg");
  return rule === "aria-allowed-role" && html.startsWith("<label");
}

/** For a step that failed: what was on the screen, as a picture and in words. */
export async function onFailure({ task }: { task: { name: string; result?: { state: string } } }, seen: Visit | undefined): Promise<void> {
  if (task.result?.state !== "fail" || !seen) return;
  await seen.picture(`failed ${task.name.replace(/[^\w ]/g, "").slice(0, 60)}`).catch(() => undefined);
  const text = await seen.app
    .locator("body")
    .innerText({ timeout: 2000 })
    .catch(() => "nothing in the frame");
  console.log(`On the screen when "${task.name}" failed:\n${text}\n${seen.complaints.join("\n")}`);
}

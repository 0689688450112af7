/**
 * What the sign-in tab shows. It stands alone, outside the Dashboard: plain HTML, no script, nothing from elsewhere,
 * and no word that came in with the request.
 */
import { createHash } from "node:crypto";

export interface DoorAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export type PageKind =
  | "granted"
  | "denied"
  | "expired"
  | "used"
  | "unknown_link"
  | "wrong_browser"
  | "provider_failed"
  | "provider_refused"
  | "not_set_up"
  | "our_fault";

interface Words {
  status: number;
  title: string;
  text: string;
}

const startAgain = "Go back to the Saleor tab and start again.";

function wordsOf(kind: PageKind, title: string): Words {
  switch (kind) {
    case "granted":
      return { status: 200, title: "Almost done", text: "Go back to the Saleor tab and confirm the account. You can close this tab." };
    case "denied":
      return {
        status: 200,
        title: "Access was not given",
        text: `In ${title}, press Allow to connect. Nothing was changed. ${startAgain}`,
      };
    case "expired":
      return { status: 410, title: "This took too long", text: `The sign-in took longer than 10 minutes. ${startAgain}` };
    case "used":
      return { status: 410, title: "This link was used before", text: `Each sign-in link opens once, within 10 minutes. ${startAgain}` };
    case "unknown_link":
      return { status: 400, title: "This link is not valid", text: startAgain };
    case "wrong_browser":
      return {
        status: 400,
        title: "Another browser",
        text: `The sign-in was finished in another browser than it was started in. ${startAgain}`,
      };
    case "provider_failed":
      return {
        status: 502,
        title: `${title} did not answer`,
        text: `Try again in a minute: ${startAgain.toLowerCase().replace("saleor", "Saleor")}`,
      };
    case "provider_refused":
      return { status: 502, title: `${title} did not accept the sign-in`, text: `Nothing was changed. ${startAgain}` };
    case "not_set_up":
      return { status: 404, title: "Not set up", text: "This kind of sign-in is not set up on this installation." };
    case "our_fault":
      return { status: 500, title: "Something went wrong", text: `The sign-in could not be finished. Nothing was changed. ${startAgain}` };
  }
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto 0;padding:0 1.5rem;color:#212121;background:#fff}
h1{font-size:1.25rem}@media (prefers-color-scheme:dark){body{color:#eee;background:#17181c}}`;
const styleHash = createHash("sha256").update(style).digest("base64");

const quiet = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

export function page(kind: PageKind, options: { title: string; lines?: readonly string[] }): DoorAnswer {
  const words = wordsOf(kind, options.title);
  const lines = [...(options.lines ?? []), words.text].map((line) => `<p>${escapeHtml(line)}</p>`).join("\n");
  return {
    status: words.status,
    headers: {
      ...quiet,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    },
    body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(words.title)}</title>
<style>${style}</style></head>
<body><h1>${escapeHtml(words.title)}</h1>
${lines}</body></html>
`,
  };
}

export function redirect(location: string, cookie: string): DoorAnswer {
  return { status: 302, headers: { ...quiet, location, "set-cookie": cookie }, body: "" };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

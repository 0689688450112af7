/** The page where a person lets the app in: plain HTML, plain forms. */
import type { Account } from "./world";

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

const STYLE = `
  :root { color-scheme: light dark; --ink: #241c15; --paper: #fff; --back: #f6f6f4; --line: #dedddc; --go: #007c89; --on: #fff }
  @media (prefers-color-scheme: dark) { :root { --ink: #f1f0ee; --paper: #2b2622; --back: #1b1714; --line: #4a433d; --go: #2aa3b0; --on: #0b2226 } }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
  main { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 32px; width: min(420px, 90vw); box-sizing: border-box }
  h1 { font-size: 20px; margin: 0 0 8px } p { margin: 0 0 20px } small { opacity: .7 }
  label { display: flex; gap: 10px; padding: 10px 12px; border: 1px solid var(--line); border-radius: 8px; margin: 0 0 8px; cursor: pointer }
  .buttons { display: flex; gap: 12px; margin-top: 24px }
  button { flex: 1; padding: 10px; border-radius: 8px; border: 1px solid var(--line); background: none; color: inherit; font: inherit; cursor: pointer }
  button[value=allow] { background: var(--go); border-color: var(--go); color: var(--on); font-weight: 600 }`;

const shell = (title: string, inner: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">` +
  `<title>${title}</title><style>${STYLE}</style></head><body><main>${inner}</main></body></html>`;

const hidden = (query: URLSearchParams) =>
  [...query].map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`).join("");

const choice = ({ seed }: Account, index: number) =>
  `<label><input type="radio" name="account" value="${escapeHtml(seed.accountId)}"${index === 0 ? " checked" : ""}>` +
  `<span>${escapeHtml(seed.name)}<br><small>${escapeHtml(seed.email)}</small></span></label>`;

export const consentPage = (accounts: readonly Account[], query: URLSearchParams): string =>
  shell(
    "Mailchimp stand-in: allow access",
    `<h1>Allow access to your Mailchimp account?</h1><p>The app will read and change audiences and contacts. ` +
      `<small>This is a stand-in for Mailchimp; no real account is touched.</small></p>` +
      `<form method="post" action="/oauth2/authorize">${hidden(query)}${accounts.map(choice).join("")}` +
      `<div class="buttons"><button name="decision" value="deny">Deny</button><button name="decision" value="allow">Allow</button></div></form>`,
  );

export const refusalPage = (reason: string): string =>
  shell("Mailchimp stand-in: refused", `<h1>This request cannot be answered</h1><p>${escapeHtml(reason)}</p>`);

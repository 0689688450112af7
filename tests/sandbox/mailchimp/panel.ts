/** The page for people: what the stand-in holds, newest first, refreshed while one watches. Fits a narrow side panel. */
import { escapeHtml } from "./consent-page";
import type { Audience, Member } from "./state";
import { type Account, audienceNamed, type World } from "./world";

const NEWEST = 30;

const STYLE = `
  :root { color-scheme: light dark; --ink: #241c15; --dim: #6b625a; --back: #fbfaf8; --line: #e6e2dc; --chip: #efeae3;
    --good: #1f7a4d; --bad: #a33b2e; --wait: #8a6100 }
  @media (prefers-color-scheme: dark) { :root { --ink: #f1f0ee; --dim: #a89f96; --back: #1b1714; --line: #3a332d; --chip: #332c26;
    --good: #63c796; --bad: #ee8d80; --wait: #e0b252 } }
  * { box-sizing: border-box } body { margin: 0; padding: 16px; background: var(--back); color: var(--ink); font: 14px/1.45 system-ui, sans-serif }
  h1 { font-size: 16px; margin: 0 } h2 { font-size: 13px; margin: 20px 0 6px; color: var(--dim); font-weight: 600 }
  p { margin: 2px 0 0; color: var(--dim) } ul { list-style: none; margin: 0; padding: 0 } a { color: inherit }
  .lists { display: flex; flex-wrap: wrap; gap: 6px } .lists a { padding: 3px 9px; border: 1px solid var(--line); border-radius: 99px; text-decoration: none; font-size: 13px }
  .lists a[aria-current] { background: var(--chip); font-weight: 600 }
  .people li { padding: 8px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere }
  .people .line { display: flex; justify-content: space-between; gap: 12px }
  .status { font-size: 12px; white-space: nowrap; color: var(--dim) } .subscribed { color: var(--good) }
  .unsubscribed, .cleaned { color: var(--bad) } .pending { color: var(--wait) }
  .name { color: var(--dim) } .tag { display: inline-block; margin: 3px 4px 0 0; padding: 0 7px; background: var(--chip); border-radius: 99px; font-size: 12px }`;

/** Replaces the page's inside only when it changed, so that selecting text stays possible. */
const SCRIPT = `
  let before = ""; const look = async () => {
    try { const text = await (await fetch("/__panel" + location.search)).text();
      if (text !== before) { before = text; document.querySelector("main").innerHTML = text } } catch {}
    setTimeout(look, 1000) }; look()`;

export const panelPage = (world: World, list?: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">` +
  `<title>Mailchimp stand-in</title><style>${STYLE}</style></head><body><main>${panelFragment(world, list)}</main>` +
  `<script>${SCRIPT}</script></body></html>`;

export function panelFragment(world: World, list?: string): string {
  const shown = shownAudience(world, list);
  const accounts = world.accounts.map((account) => accountPart(account, shown)).join("");
  const faults = world.faults.map((fault) => fault.kind).join(", ");
  const facts = `${many(world.requests.length, "request")}, at most ${world.maxInFlight} at once${faults ? `, faults: ${faults}` : ""}`;
  return `<h1>Mailchimp stand-in</h1><p>${facts}</p>${accounts}${shown ? peoplePart(shown) : ""}`;
}

/** Unless asked for one: where something was written last. */
function shownAudience(world: World, list: string | undefined): Audience | undefined {
  try {
    if (list) return audienceNamed(world, list);
  } catch {
    return undefined;
  }
  const all = world.accounts.flatMap((account) => [...account.audiences.values()]);
  return all.reduce<Audience | undefined>((best, one) => (!best || one.lastWrite > best.lastWrite ? one : best), undefined);
}

function accountPart(account: Account, shown: Audience | undefined): string {
  const links = [...account.audiences.values()].map((audience) => {
    const current = audience === shown ? ' aria-current="true"' : "";
    return `<a href="/?list=${audience.id}"${current}>${escapeHtml(audience.name)} ${audience.members.size || ""}</a>`;
  });
  return `<h2>${escapeHtml(account.seed.name)}</h2><div class="lists">${links.join("")}</div>`;
}

function peoplePart(audience: Audience): string {
  const members = [...audience.members.values()].sort((a, b) => b.touched - a.touched).slice(0, NEWEST);
  const rows = members.map(personRow).join("") || "<li>No contacts yet</li>";
  return `<h2>${escapeHtml(audience.name)}: ${many(audience.members.size, "contact")}, newest first</h2><ul class="people">${rows}</ul>`;
}

const many = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

const STATUS_NAMES: Record<string, string> = { transactional: "non-subscribed" };

function personRow(member: Member): string {
  const { FNAME = "", LNAME = "" } = member.mergeFields;
  const tags = [...member.tags].map((tag) => `<span class="tag">${escapeHtml(tag.name)}</span>`).join("");
  const status = `<span class="status ${member.status}">${STATUS_NAMES[member.status] ?? member.status}</span>`;
  const name = escapeHtml(`${String(FNAME)} ${String(LNAME)}`.trim());
  return `<li><div class="line"><span>${escapeHtml(member.email)}</span>${status}</div><div class="name">${name}</div>${tags}</li>`;
}

/** The page for people: what to type into the app, and what the stand-in holds, newest first. Fits a narrow side panel. */
import { type Customer, customersOf, type World } from "./world";

const NEWEST = 30;

const STYLE = `
  :root { color-scheme: light dark; --ink: #1c2230; --dim: #626b7d; --back: #fafbfc; --line: #e1e5ec; --chip: #e9edf5; --bad: #a33b2e }
  @media (prefers-color-scheme: dark) { :root { --ink: #eef0f4; --dim: #9aa3b5; --back: #161a22; --line: #323a49; --chip: #272e3b; --bad: #ee8d80 } }
  * { box-sizing: border-box } body { margin: 0; padding: 16px; background: var(--back); color: var(--ink); font: 14px/1.45 system-ui, sans-serif }
  h1 { font-size: 16px; margin: 0 } h2 { font-size: 13px; margin: 20px 0 6px; color: var(--dim); font-weight: 600 }
  p { margin: 2px 0 0; color: var(--dim) } ul { list-style: none; margin: 0; padding: 0 } a { color: inherit }
  dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 12px; margin: 6px 0 0 } dt { color: var(--dim) } dd { margin: 0; overflow-wrap: anywhere }
  code { user-select: all; font: 12px/1.6 ui-monospace, monospace }
  .sites { display: flex; flex-wrap: wrap; gap: 6px } .sites a { padding: 3px 9px; border: 1px solid var(--line); border-radius: 99px; text-decoration: none; font-size: 13px }
  .sites a[aria-current] { background: var(--chip); font-weight: 600 }
  .people li { padding: 8px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere }
  .line { display: flex; justify-content: space-between; gap: 12px } .id, .name { color: var(--dim); font-size: 12px } .off { color: var(--bad) }
  .tag { display: inline-block; margin: 3px 4px 0 0; padding: 0 7px; background: var(--chip); border-radius: 99px; font-size: 12px }`;

/** Replaces the page's inside only when it changed, so that selecting text stays possible. */
const SCRIPT = `
  let before = ""; const look = async () => {
    try { const text = await (await fetch("/__panel" + location.search)).text();
      if (text !== before) { before = text; document.querySelector("main").innerHTML = text } } catch {}
    setTimeout(look, 1000) }; look()`;

export const panelPage = (world: World, site?: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">` +
  `<title>RetailCRM stand-in</title><style>${STYLE}</style></head><body><main>${panelFragment(world, site)}</main>` +
  `<script>${SCRIPT}</script></body></html>`;

export function panelFragment(world: World, wanted?: string): string {
  const site = wanted && world.sites.has(wanted) ? wanted : shownSite(world);
  const faults = world.faults.map((fault) => fault.kind).join(", ");
  const facts = `${world.requests.length} requests, at most ${world.maxInFlight} at once${faults ? `, faults: ${faults}` : ""}`;
  return `<h1>RetailCRM stand-in</h1><p>${facts}</p>${keysPart(world)}${sitesPart(world, site)}${peoplePart(world, site)}`;
}

function keysPart({ account, keys }: World): string {
  const rows = [
    ["Account address", `https://${account.publicHost}`],
    ["API key", keys.main.value],
    ["Key of one site", keys.oneSite.value],
    ["Key that only reads", keys.readOnly.value],
  ];
  return `<h2>To connect</h2><dl>${rows.map(([name, value]) => `<dt>${name}</dt><dd><code>${value}</code></dd>`).join("")}</dl>`;
}

/** Where something was written last. */
function shownSite(world: World): string {
  let newest: Customer | undefined;
  for (const one of world.customers.values()) if (!newest || one.touched > newest.touched) newest = one;
  return newest?.site ?? world.sites.keys().next().value ?? "";
}

function sitesPart(world: World, shown: string): string {
  const links = [...world.sites.values()].map(({ code, name }) => {
    const current = code === shown ? ' aria-current="true"' : "";
    return `<a href="/?site=${encodeURIComponent(code)}"${current}>${escapeHtml(name)} ${customersOf(world, code).length || ""}</a>`;
  });
  return `<h2>Sites</h2><div class="sites">${links.join("")}</div>`;
}

function peoplePart(world: World, site: string): string {
  const people = customersOf(world, site).sort((a, b) => b.touched - a.touched);
  const rows = people.slice(0, NEWEST).map(personRow).join("") || "<li>No customers yet</li>";
  const name = world.sites.get(site)?.name ?? site;
  return `<h2>${escapeHtml(name)}: ${people.length} customers, newest first</h2><ul class="people">${rows}</ul>`;
}

function personRow(one: Customer): string {
  const tags = one.tags.map((tag) => `<span class="tag">${escapeHtml(tag)}</span>`).join("");
  const name = [one.firstName, one.lastName].filter(Boolean).join(" ");
  const more = [name, ...one.phones, one.address.city].filter(Boolean).join(" · ");
  const off = one.unsubscribedAt ? ' · <span class="off">unsubscribed</span>' : "";
  return `<li><div class="line"><span>${escapeHtml(one.email)}</span><span class="id">№ ${one.id}${one.externalId ? ` · ${escapeHtml(one.externalId)}` : ""}${off}</span></div><div class="name">${escapeHtml(more)}</div>${tags}</li>`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);

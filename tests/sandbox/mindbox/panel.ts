/** The page for people: what the stand-in holds, newest first, refreshed while one watches. Fits a narrow side panel. */
import type { Card } from "./cards";
import type { World } from "./world";

const NEWEST = 30;

const STYLE = `
  :root { color-scheme: light dark; --ink: #16231d; --dim: #5c6b63; --back: #f8faf9; --line: #dde5e1; --chip: #e6eeea; --good: #1f7a4d; --bad: #a33b2e }
  @media (prefers-color-scheme: dark) { :root { --ink: #eef2f0; --dim: #98a89f; --back: #141a17; --line: #2d3833; --chip: #26302b; --good: #63c796; --bad: #ee8d80 } }
  * { box-sizing: border-box } body { margin: 0; padding: 16px; background: var(--back); color: var(--ink); font: 14px/1.45 system-ui, sans-serif }
  h1 { font-size: 16px; margin: 0 } h2 { font-size: 13px; margin: 20px 0 6px; color: var(--dim); font-weight: 600 }
  p { margin: 2px 0 0; color: var(--dim) } dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 12px; margin: 0 } dt { color: var(--dim) }
  dd { margin: 0; overflow-wrap: anywhere } ul { list-style: none; margin: 0; padding: 0 }
  li { padding: 8px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere } .line { display: flex; justify-content: space-between; gap: 12px }
  .dim { color: var(--dim); font-size: 12px } .yes { color: var(--good) } .no { color: var(--bad) }
  .tag { display: inline-block; margin: 3px 4px 0 0; padding: 0 7px; background: var(--chip); border-radius: 99px; font-size: 12px }`;

const SCRIPT = `
  let before = ""; const look = async () => {
    try { const text = await (await fetch("/__panel")).text();
      if (text !== before) { before = text; document.querySelector("main").innerHTML = text } } catch {}
    setTimeout(look, 1000) }; look()`;

export const panelPage = (world: World): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">` +
  `<title>Mindbox stand-in</title><style>${STYLE}</style></head><body><main>${panelFragment(world)}</main>` +
  `<script>${SCRIPT}</script></body></html>`;

export function panelFragment(world: World): string {
  const { project, secretKey, requests, maxInFlight } = world;
  const people = world.cards.people();
  const newest = [...people].sort((a, b) => b.touched - a.touched).slice(0, NEWEST);
  const faults = world.faults.map((fault) => fault.kind).join(", ");
  return (
    `<h1>Mindbox stand-in</h1><p>${requests.length} requests, at most ${maxInFlight} at once${faults ? `, faults: ${faults}` : ""}</p>` +
    `<h2>To connect</h2><dl><dt>Integration point</dt><dd>${escaped(project.endpointId)}</dd><dt>Secret key</dt><dd>${escaped(secretKey)}</dd>` +
    `<dt>Brand</dt><dd>${escaped(project.brand)}</dd></dl>` +
    `<h2>${people.length} customers, newest first</h2><ul>${newest.map(personRow).join("") || "<li>No customers yet</li>"}</ul>`
  );
}

function personRow(card: Card): string {
  const { firstName = "", lastName = "" } = card.values;
  const lists = Object.values(card.customFields).filter(Array.isArray) as string[][];
  const tags = lists
    .flat()
    .map((tag) => `<span class="tag">${escaped(tag)}</span>`)
    .join("");
  const said = [...card.subscriptions].map(([channel, yes]) => `<span class="${yes ? "yes" : "no"}">${escaped(channel)}</span>`).join(" ");
  const ids = Object.entries(card.ids).map(([key, value]) => `${key} ${value}`);
  const more = [
    `mindboxId ${card.mindboxId}`,
    ...ids,
    card.mobilePhone && `phone ${card.mobilePhone}${card.isMobilePhoneConfirmed ? " ✓" : ""}`,
  ];
  return (
    `<li><div class="line"><span>${escaped(card.email || "no e-mail")}</span><span class="dim">${said}</span></div>` +
    `<div>${escaped(`${firstName} ${lastName}`.trim())}</div><div class="dim">${escaped(more.filter(Boolean).join(" · "))}</div>${tags}</li>`
  );
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);

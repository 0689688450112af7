// The page round the frame: address, look, permissions, toasts. `window.dashboard` lets tests look in.
import { showCustomers } from "./customers.js";
import { openFrame } from "./frame.js";

const TOAST_MS = 5000;
const MOST_TOASTS = 3;
const byId = (id) => document.getElementById(id);
const post = (path, body) => fetch(`/__host/${path}`, { method: "POST", body: JSON.stringify(body) });

const [, appInAddress] = /^\/extensions\/app\/([^/]+)/.exec(location.pathname) ?? [];
const wanted = appInAddress ? `?app=${encodeURIComponent(decodeURIComponent(appInAddress))}` : "";
const session = await (await fetch(`/__host/session${wanted}`)).json();
const base = session.app ? `/extensions/app/${encodeURIComponent(session.app.id)}` : "";
const look = { theme: session.theme, locale: session.locale };
/** What the app asked of us and did not take place here, for tests and for the curious. */
const log = [];

/** `/path?query` inside the app, empty for its root. */
function deepPath() {
  const path = location.pathname.startsWith(base) ? location.pathname.slice(base.length) : "";
  return path.replace(/\/$/, "") + location.search;
}

function toast({ status = "info", title = "", text = "" }) {
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.status = status;
  box.dataset.key = `${status} ${title}`;
  for (const line of [title, text].filter(Boolean)) box.append(Object.assign(document.createElement("p"), { textContent: line }));
  box.firstChild?.style.setProperty("font-weight", "600");
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "×", onclick: () => box.remove() });
  close.setAttribute("aria-label", "Dismiss");
  box.append(close);
  const toasts = byId("toasts");
  for (const other of [...toasts.children]) if (other.dataset.key === box.dataset.key) other.remove();
  while (toasts.children.length >= MOST_TOASTS) toasts.firstChild.remove();
  toasts.append(box);
  if (status !== "error") setTimeout(() => box.remove(), TOAST_MS);
}

function redirect({ to, newContext }) {
  log.push({ redirect: to, newContext: Boolean(newContext) });
  const isOwn = to.startsWith("/");
  if (isOwn && to.startsWith(base) && newContext) window.open(to);
  else if (isOwn && to.startsWith(base)) history.pushState(null, "", to);
  else if (isOwn) toast({ title: "The Dashboard would go to", text: to });
  else if (newContext) window.open(to);
  else if (confirm(`You are about to leave the Dashboard: ${to}`)) location.href = to;
}

const actions = {
  redirect,
  notification: toast,
  updateRouting: ({ newRoute }) => history.pushState(null, "", `${base}/${newRoute.replace(/^\//, "")}`),
  requestPermissions: (payload) => log.push({ requestPermissions: payload.permissions }),
};

function applyTheme() {
  document.documentElement.dataset.theme = look.theme;
  byId("theme").value = look.theme;
}

const permissionBoxes = [...document.querySelectorAll(".permission")];
const heldPermissions = () => {
  const shown = permissionBoxes.map((box) => box.value);
  const others = session.permissions.filter((one) => !shown.includes(one));
  return [...others, ...permissionBoxes.filter((box) => box.checked).map((box) => box.value)];
};
const mint = async (extensionId) =>
  (await (await post("token", { appId: session.app.id, extensionId, permissions: heldPermissions() })).json()).token;

function showInstall() {
  byId("install").hidden = false;
  byId("name").textContent = "Install an extension";
  byId("manifest").value = new URLSearchParams(location.search).get("manifestUrl") ?? "";
  byId("install")
    .querySelector("form")
    .addEventListener("submit", async (event) => {
      event.preventDefault();
      byId("install-error").textContent = "";
      const answer = await post("install", { manifestUrl: byId("manifest").value });
      const { appId, error } = await answer.json();
      if (appId) location.href = `/extensions/app/${encodeURIComponent(appId)}/`;
      else byId("install-error").textContent = error;
    });
}

function showApp() {
  const { name, author, logoUrl } = session.app;
  byId("name").textContent = name;
  byId("author").textContent = author ? `by ${author}` : "";
  if (logoUrl) Object.assign(byId("logo"), { src: logoUrl, hidden: false });
  if (!location.pathname.startsWith(base)) history.replaceState(null, "", `${base}/`);
  const element = byId("frame");
  element.hidden = false;
  const frame = openFrame({ element, session, mint: () => mint(), actions, deepPath, look: () => look });
  addEventListener("popstate", () => frame.send("redirect", { path: deepPath() || "/" }));
  return frame;
}

function setUpControls(frame) {
  byId("locale").value = look.locale;
  for (const box of permissionBoxes) {
    box.checked = session.permissions.includes(box.value);
    // As if another person had signed in: the frame starts afresh.
    box.addEventListener("change", () => frame?.reload());
  }
  byId("theme").addEventListener("change", ({ target }) => {
    look.theme = target.value;
    applyTheme();
    frame?.send("theme", { theme: look.theme });
  });
  byId("locale").addEventListener("change", ({ target }) => {
    look.locale = target.value;
    frame?.send("localeChanged", { locale: look.locale });
  });
  byId("refresh").addEventListener("click", () => frame?.refreshToken());
  byId("menu").addEventListener("click", () => {
    const open = byId("sidebar").classList.toggle("open");
    byId("menu").setAttribute("aria-expanded", String(open));
  });
}

function setUpPanel() {
  if (!session.panelUrl) return;
  byId("panel").hidden = false;
  byId("panel").append(Object.assign(document.createElement("iframe"), { src: session.panelUrl, title: "What the other side holds" }));
}

applyTheme();
setUpPanel();
const installing = /^(\/dashboard)?\/(extensions|apps)\/install/.test(location.pathname) || !session.app;
if (installing) showInstall();
const aboutCustomers = location.pathname.startsWith("/customers");
const showPage = () => (aboutCustomers ? showCustomers({ session, mint, actions, look: () => look }) : showApp());
const frame = installing ? undefined : showPage();
setUpControls(frame);
window.dashboard = { session, log, frame, seen: frame?.seen ?? [] };

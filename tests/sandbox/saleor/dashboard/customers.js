// The Dashboard's own pages about customers, as far as an app stands on them: widgets in the right column, entries of the
// menu, pop-ups (dashboard 3.21.21, 3.22.44, 3.23.27, read 2026-08).
import { extensionUrl, openFrame } from "./frame.js";

const WIDGET_HEIGHT = 200;
const TALLEST = 5000;
const byId = (id) => document.getElementById(id);
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

/** host: session, mint(extensionId), actions, look(). */
export function showCustomers(host) {
  const { session } = host;
  const opened = decodeURIComponent(/^\/customers\/([^/]+)/.exec(location.pathname)?.[1] ?? "");
  byId("name").textContent = "Customers";
  byId("frame").remove();
  const place = byId("customers");
  place.hidden = false;
  const frames = [];
  if (opened) showOne(host, place, opened, frames);
  else showList(host, place, frames);
  return {
    send: (type, payload) => frames.map((frame) => frame.send(type, payload)),
    reload: () => frames.map((frame) => frame.reload()),
    refreshToken: () => frames.map((frame) => frame.refreshToken()),
    seen: frames[0]?.seen ?? [],
    session,
  };
}

function showOne(host, place, customerId, frames) {
  const customer = host.session.customers.find(({ id }) => id === customerId);
  const name = customer ? `${customer.firstName} ${customer.lastName}`.trim() || customer.email : "No such customer";
  const context = { customerId };
  place.append(
    make(
      "div",
      { className: "pagehead" },
      make("h1", { textContent: name }),
      menu(host, "CUSTOMER_DETAILS_MORE_ACTIONS", () => context, frames),
    ),
  );
  const main = make(
    "div",
    { className: "card" },
    make("h2", { textContent: "General information" }),
    make("p", { textContent: customer?.email ?? "" }),
  );
  const side = make("div", { className: "side" }, make("div", { className: "card" }, make("h2", { textContent: "Customer history" })));
  place.append(make("div", { className: "detail" }, main, side));
  for (const extension of extensionsAt(host, "CUSTOMER_DETAILS_WIDGETS")) side.append(widget(host, extension, context, frames));
}

const extensionsAt = ({ session }, mount) => (session.app?.extensions ?? []).filter((one) => one.mount === mount);

/** Card, the app's logo and the label are the Dashboard's; before 3.23.8 the label stands inside the fixed height. */
function widget(host, extension, context, frames) {
  const { session, look } = host;
  const isResized = session.widgetResize;
  const frame = make("iframe", { id: "frame", title: extension.label });
  const logo = make("img", { src: session.app.logoUrl ?? "", alt: "", width: 24, height: 24 });
  const label = make(
    "div",
    { className: "widget-label" },
    logo,
    make("a", { href: `/extensions/app/${encodeURIComponent(session.app.id)}/`, textContent: extension.label }),
  );
  const card = make("div", { className: "card widget" }, label, frame);
  if (isResized) Object.assign(frame.style, { flex: "none", height: `${WIDGET_HEIGHT}px` });
  else card.style.height = `${WIDGET_HEIGHT}px`;
  const actions = {
    ...host.actions,
    ...(isResized && {
      widgetResize: ({ height }) => {
        frame.style.height = `${Math.min(height, TALLEST)}px`;
      },
    }),
  };
  const address = () => extensionUrl(session, extension, context, look().theme);
  frames.push(openFrame({ element: frame, session, mint: () => host.mint(extension.id), actions, address, look }));
  return card;
}

function showList(host, place, frames) {
  const ticked = () => [...place.querySelectorAll("input:checked")].map(({ value }) => value);
  const head = make("div", { className: "pagehead" }, make("h1", { textContent: "Customers" }));
  head.append(menu(host, "CUSTOMER_OVERVIEW_MORE_ACTIONS", () => ({ customerIds: ticked().join(",") }), frames));
  const rows = host.session.customers.map(({ id, email }) => {
    const box = make("input", { type: "checkbox", value: id });
    box.setAttribute("aria-label", email);
    return make("li", {}, box, make("a", { href: `/customers/${encodeURIComponent(id)}`, textContent: email }));
  });
  place.append(head, make("ul", { className: "list" }, ...rows));
}

function menu(host, mount, context, frames) {
  const items = extensionsAt(host, mount).map((extension) =>
    make("button", { type: "button", textContent: extension.label, onclick: () => popup(host, extension, context(), frames) }),
  );
  return make("div", { className: "menu" }, make("span", { textContent: "More actions" }), ...items);
}

function popup(host, extension, context, frames) {
  const { session, look } = host;
  const frame = make("iframe", { id: "popup", title: extension.label });
  const shut = make("button", { type: "button", textContent: "×" });
  shut.setAttribute("aria-label", "Close");
  const dialog = make(
    "dialog",
    { className: "popup" },
    make("div", { className: "pagehead" }, make("h2", { textContent: extension.label }), shut),
    frame,
  );
  byId("customers").append(dialog);
  const close = () => {
    opened.close();
    frames.splice(frames.indexOf(opened), 1);
    dialog.remove();
  };
  shut.addEventListener("click", close);
  dialog.showModal();
  const actions = { ...host.actions, ...(session.popupClose && { popupClose: close }) };
  const address = () => extensionUrl(session, extension, context, look().theme);
  const opened = openFrame({ element: frame, session, mint: () => host.mint(extension.id), actions, address, look, isRenewed: false });
  frames.push(opened);
}

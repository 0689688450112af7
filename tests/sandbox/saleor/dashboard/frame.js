// The conversation with the app's frame: handshakes, token refresh, actions (dashboard 3.23.27 AppFrame, read 2026-08).

const REFRESH_LEAD_SECONDS = 30;

/**
 * session: who and where; mint(): a fresh token; actions: what to do for each action of the app, by wire type; address():
 * what the frame shows. A pop-up's token is never renewed.
 */
export function openFrame({ element, session, mint, actions, deepPath = () => "", address, look, isRenewed = true }) {
  const whereTo = address ?? (() => frameUrl(session, deepPath(), look().theme));
  const appOrigin = new URL(whereTo()).origin;
  const seen = [];
  let shaken = false;
  let refreshTimer;

  const send = (type, payload) => element.contentWindow.postMessage({ type, payload }, appOrigin);

  async function freshToken() {
    const token = await mint();
    clearTimeout(refreshTimer);
    if (token && isRenewed) refreshTimer = setTimeout(refreshToken, secondsToRefresh(token) * 1000);
    return token;
  }

  async function refreshToken() {
    send("tokenRefresh", { token: await freshToken() });
  }

  async function shakeHands() {
    const { saleorVersion, dashboardVersion } = session;
    send("handshake", { token: await freshToken(), version: 1, saleorVersion, dashboardVersion });
    if (shaken) return;
    shaken = true;
    send("localeChanged", { locale: look().locale });
    send("theme", { theme: look().theme });
    if (deepPath()) send("redirect", { path: deepPath() });
  }

  // Dispatched synchronously: a tab opened for the app counts as opened by the person's click only then.
  function onMessage({ origin, data }) {
    if (origin !== appOrigin || !data?.type || !data?.payload?.actionId) return;
    seen.push(data);
    const { type, payload } = data;
    if (type === "notifyReady") {
      void shakeHands().then(() => send("response", { actionId: payload.actionId, ok: true }));
      return;
    }
    // An action this Dashboard does not know gets no answer at all; the app gives up after 10 s.
    if (!actions[type]) return;
    actions[type](payload);
    send("response", { actionId: payload.actionId, ok: true });
  }

  function close() {
    removeEventListener("message", onMessage);
    clearTimeout(refreshTimer);
  }

  function load() {
    shaken = false;
    element.src = whereTo();
  }

  addEventListener("message", onMessage);
  element.setAttribute("sandbox", session.sandbox);
  element.addEventListener("load", shakeHands);
  load();
  return { send, refreshToken, reload: load, close, seen };
}

/**
 * Of an extension on one of the Dashboard's own pages. The builder runs twice for a widget, which writes its parameters twice.
 */
export function extensionUrl({ app, saleorApiUrl, domain }, extension, context, theme) {
  const url = new URL(extension.url);
  const own = { domain, saleorApiUrl, id: app.id, ...context };
  const times = extension.target === "WIDGET" ? 2 : 1;
  for (let round = 0; round < times; round++) for (const [key, value] of Object.entries(own)) url.searchParams.append(key, value);
  url.searchParams.append("theme", theme);
  return url.href;
}

/** The page's own query comes first, then what the Dashboard adds. */
function frameUrl({ app, saleorApiUrl, domain }, deepPath, theme) {
  const url = new URL(app.url.replace(/\/$/, "") + (deepPath || "/"));
  for (const [key, value] of Object.entries({ domain, saleorApiUrl, id: app.id, theme })) url.searchParams.set(key, value);
  return url.href;
}

function secondsToRefresh(token) {
  const { exp, iat } = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  return exp - iat - Math.min(REFRESH_LEAD_SECONDS, (exp - iat) / 3);
}

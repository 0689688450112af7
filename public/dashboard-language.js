// Runs before anything else on the page. The Dashboard says its language once, right after the frame has loaded, which can be
// before the pages' own code is there to listen (dashboard 3.23.27, read 2026-08). What it said is kept for them.
(() => {
  const said = { locale: null };
  window.dashboardSaid = said;
  addEventListener("message", ({ source, data }) => {
    if (source !== window.parent || data?.type !== "localeChanged" || typeof data.payload?.locale !== "string") return;
    said.locale = data.payload.locale;
  });
})();

/**
 * Where a Dashboard installs an app from a manifest. Takes a shop's host (`shop.saleor.cloud`), or the address of a
 * Dashboard wherever it is hosted; `null` for what is no address.
 */
export function installAddress(typed: string, appOrigin: string): string | null {
  const text = typed.trim();
  if (!text) return null;
  const url = parse(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  if (!url || !/\.|^localhost$/.test(url.hostname)) return null;
  const manifest = encodeURIComponent(`${appOrigin}/api/manifest`);
  return `${url.origin}${dashboardPath(url.pathname)}extensions/install?manifestUrl=${manifest}`;
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** Everything up to `/dashboard/`; a bare host or its GraphQL address has the Dashboard beside it. */
function dashboardPath(path: string): string {
  const found = /^(.*?\/dashboard)(\/|$)/.exec(path);
  if (found) return `${found[1]}/`;
  return "/dashboard/";
}

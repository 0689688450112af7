/** The content security policy of the pages that the Dashboard frames. */
export interface PageVisit {
  /** ALLOWED_DASHBOARD_ORIGINS; empty = any https site, since Saleor does not tell an app where its Dashboard is. */
  dashboards: readonly string[];
  isSandbox: boolean;
  isDevelopment: boolean;
  /** From the address of the frame: whatever somebody wrote there. */
  saleorApiUrl: string | null;
}

const LOOPBACK = ["http://localhost:*", "http://127.0.0.1:*"];

export function contentSecurityPolicy(visit: PageVisit): string {
  const { isDevelopment } = visit;
  const directives: Record<string, readonly string[]> = {
    "default-src": ["'none'"],
    // Development compiles in the browser and talks over a websocket.
    "script-src": isDevelopment ? ["'self'", "'unsafe-inline'", "'unsafe-eval'"] : ["'self'"],
    // macaw's dialogs inject a style element to lock scrolling.
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'", "data:"],
    "connect-src": ["'self'", ...shopOrigin(visit), ...(isDevelopment ? ["ws:"] : [])],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "object-src": ["'none'"],
    "frame-ancestors": frameAncestors(visit),
  };
  return Object.entries(directives)
    .map(([name, values]) => `${name} ${values.join(" ")}`)
    .join("; ");
}

function frameAncestors({ dashboards, isSandbox, isDevelopment }: PageVisit): readonly string[] {
  if (dashboards.length > 0) return dashboards;
  return isSandbox || isDevelopment ? ["https:", ...LOOPBACK] : ["https:"];
}

/** Only an origin ever gets into the header, never the text that came with the request. */
function shopOrigin({ saleorApiUrl, isSandbox, isDevelopment }: PageVisit): string[] {
  if (!saleorApiUrl || !URL.canParse(saleorApiUrl)) return [];
  const { protocol, origin } = new URL(saleorApiUrl);
  const isAllowed = protocol === "https:" || (protocol === "http:" && (isSandbox || isDevelopment));
  return isAllowed && /^https?:\/\/[\w.:[\]-]+$/.test(origin) ? [origin] : [];
}

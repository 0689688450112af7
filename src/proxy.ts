/**
 * What a browser may do with our pages, decided at each request: who may frame us and which shop the page may talk to are
 * not known when the app is built.
 */
import { type NextRequest, NextResponse } from "next/server";
import { env } from "@/platform/env";
import { contentSecurityPolicy } from "@/platform/page-headers";

/** The sign-in tab's pages bring their own, narrower policy; files under /_next are no pages. */
export const config = { matcher: ["/((?!api/|_next/|.*\\.(?:png|svg|ico|woff2?)$).*)"] };

export function proxy(request: NextRequest): NextResponse {
  const { ALLOWED_DASHBOARD_ORIGINS, CRM_SANDBOX, NODE_ENV } = env();
  const response = NextResponse.next();
  response.headers.set(
    "content-security-policy",
    contentSecurityPolicy({
      dashboards: ALLOWED_DASHBOARD_ORIGINS,
      isSandbox: CRM_SANDBOX,
      isDevelopment: NODE_ENV === "development",
      saleorApiUrl: request.nextUrl.searchParams.get("saleorApiUrl"),
    }),
  );
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("referrer-policy", "strict-origin-when-cross-origin");
  return response;
}

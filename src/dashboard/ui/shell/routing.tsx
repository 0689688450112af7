/** Keeps the Dashboard's address and ours the same, and moves the focus to the heading after a change of page. */
import { actions } from "@saleor/app-sdk/app-bridge";
import { useRouter } from "next/router";
import { useEffect, useRef } from "react";
import { dashboardBridge } from "./bridge";
import { useGo } from "./leave";

/** What the Dashboard adds to our address; given back, it would pile up. */
const DASHBOARD_PARAMS = ["id", "domain", "saleorApiUrl", "theme", "locale", "appPath", "appParams", "error"];

export function ownPath(path: string): string {
  const [pathname = "/", query = ""] = path.split("#")[0]?.split("?") ?? [];
  const params = new URLSearchParams(query);
  for (const name of [...params.keys()]) {
    if (DASHBOARD_PARAMS.includes(name) || name.startsWith("featureFlags")) params.delete(name);
  }
  const rest = params.toString();
  return `${pathname.startsWith("/") ? pathname : `/${pathname}`}${rest ? `?${rest}` : ""}`;
}

export const RouteSync = () => {
  const router = useRouter();
  const go = useGo();
  const told = useRef<string | null>(null);

  useEffect(() => {
    const tell = (path: string) => {
      const newRoute = ownPath(path);
      if (told.current === newRoute) return;
      told.current = newRoute;
      dashboardBridge()
        .dispatch(actions.UpdateRouting({ newRoute }))
        .catch(() => {});
      document.querySelector("h1")?.focus({ preventScroll: true });
    };
    router.events.on("routeChangeComplete", tell);
    return () => router.events.off("routeChangeComplete", tell);
  }, [router.events]);

  useEffect(
    () =>
      dashboardBridge().subscribe("redirect", ({ path }) => {
        const wanted = ownPath(path || "/");
        if (wanted === ownPath(router.asPath)) return;
        told.current = wanted;
        go(wanted);
      }),
    [router, go],
  );
  return null;
};

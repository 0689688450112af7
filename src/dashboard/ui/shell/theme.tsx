/** Light or dark as the Dashboard says: its URL first, its events later. Never a switch of our own. */
import { useTheme } from "@saleor/macaw-ui";
import { useEffect } from "react";
import { dashboardBridge } from "./bridge";

const macawName = (theme: string | undefined) => (theme === "dark" ? "defaultDark" : "defaultLight");

export function startingTheme(): "defaultDark" | "defaultLight" {
  const fromUrl = new URLSearchParams(window.location.search).get("theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)").matches && window.self === window.top ? "dark" : "light";
  const theme = fromUrl ?? system;
  document.documentElement.dataset.theme = theme === "dark" ? "dark" : "light";
  return macawName(theme);
}

export const ThemeSync = () => {
  const { setTheme } = useTheme();
  useEffect(
    () =>
      dashboardBridge().subscribe("theme", ({ theme }) => {
        setTheme(macawName(theme));
        document.documentElement.dataset.theme = theme;
      }),
    [setTheme],
  );
  return null;
};

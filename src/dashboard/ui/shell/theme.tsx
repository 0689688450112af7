/** Light or dark as the Dashboard says: its URL first, its events later. Never a switch of our own. */
import { useTheme } from "@saleor/macaw-ui";
import { useEffect } from "react";
import { dashboardBridge } from "./bridge";
import { paintStartingTheme } from "./starting-theme";

const macawName = (theme: string | undefined) => (theme === "dark" ? "defaultDark" : "defaultLight");

export function startingTheme(): "defaultDark" | "defaultLight" {
  return macawName(paintStartingTheme());
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

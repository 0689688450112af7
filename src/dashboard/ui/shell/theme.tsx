/** Light or dark as the Dashboard says: its URL first, its events later. Never a switch of our own. */
import { useAppBridge } from "@saleor/app-sdk/app-bridge";
import { useTheme } from "@saleor/macaw-ui";
import { useEffect } from "react";
import { paintStartingTheme } from "./starting-theme";

const macawName = (theme: string | undefined) => (theme === "dark" ? "defaultDark" : "defaultLight");

export function startingTheme(): "defaultDark" | "defaultLight" {
  return macawName(paintStartingTheme());
}

export const ThemeSync = () => {
  const { appBridge } = useAppBridge();
  const { setTheme } = useTheme();
  useEffect(
    () =>
      appBridge?.subscribe("theme", ({ theme }) => {
        setTheme(macawName(theme));
        document.documentElement.dataset.theme = theme;
      }),
    [appBridge, setTheme],
  );
  return null;
};

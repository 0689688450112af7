/**
 * Around a window that the Dashboard opens inside its own pages: bridge, theme, language. Nothing of the app's pages is
 * loaded here, and no macaw-ui, which weighs more than all of this.
 */
import { type ReactNode, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { dashboardBridge, isInDashboard } from "../shell/bridge";
import { DashboardLanguage, InEnglish } from "../shell/locale";
import { paintStartingTheme } from "../shell/starting-theme";
import { useHandshake } from "./handshake";
import { Note } from "./note";
import { RowsSkeleton } from "./rows-skeleton";

export const LightShell = ({ children }: { children: ReactNode }) => {
  useState(paintStartingTheme);
  return <main className="crm-light">{isInDashboard() ? <Inside>{children}</Inside> : <Elsewhere />}</main>;
};

const Elsewhere = () => (
  <InEnglish>
    <OutsideNote />
  </InEnglish>
);

const OutsideNote = () => {
  const t = useTranslations();
  return <Note heading={t("standing.heading")} title={t("outside.elsewhere")} />;
};

const Inside = ({ children }: { children: ReactNode }) => {
  useTheme();
  return (
    <DashboardLanguage waiting={<RowsSkeleton />}>
      <Handshaken>{children}</Handshaken>
    </DashboardLanguage>
  );
};

const Handshaken = ({ children }: { children: ReactNode }) => {
  const t = useTranslations();
  const handshake = useHandshake();
  if (handshake === "ready") return children;
  if (handshake === "no_token")
    return <Note heading={t("standing.heading")} title={t("standing.noAccess")} text={t("permission.whoGives")} />;
  return <RowsSkeleton who={t("common.dashboard")} />;
};

function useTheme(): void {
  useEffect(
    () =>
      dashboardBridge().subscribe("theme", ({ theme }) => {
        document.documentElement.dataset.theme = theme;
      }),
    [],
  );
}

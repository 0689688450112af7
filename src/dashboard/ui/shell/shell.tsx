/**
 * Everything around a page inside the Dashboard's frame. Client-only: macaw-ui 2 cannot be rendered on the server. A
 * page is drawn once the Dashboard said who is looking (handshake) and in which language.
 */
import { ThemeProvider } from "@saleor/macaw-ui";
import { QueryClientProvider } from "@tanstack/react-query";
import { useRouter } from "next/router";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { RunDriverProvider } from "../full-sync/run-driver-provider";
import { Callout } from "../parts/callout";
import { SlowNote } from "../parts/skeletons";
import { createApi, createQueryClient, TRPCProvider } from "./api";
import { isInDashboard, useIsHandshaken } from "./bridge";
import { InfoProvider, PageSkeleton, useInfo } from "./info";
import { LeaveProvider } from "./leave";
import { DashboardLanguage, InEnglish } from "./locale";
import { Outside } from "./outside";
import { RouteSync } from "./routing";
import { useSessionIsOver } from "./session";
import { startingTheme, ThemeSync } from "./theme";

export const Shell = ({ children }: { children: ReactNode }) => {
  const [theme] = useState(startingTheme);
  return <ThemeProvider defaultTheme={theme}>{isInDashboard() ? <Inside>{children}</Inside> : <OutsideInLanguage />}</ThemeProvider>;
};

const OutsideInLanguage = () => (
  <InEnglish>
    <Outside />
  </InEnglish>
);

const Inside = ({ children }: { children: ReactNode }) => {
  const [api] = useState(createApi);
  const [queryClient] = useState(createQueryClient);
  return (
    <>
      <ThemeSync />
      <DashboardLanguage waiting={<PageSkeleton />}>
        <QueryClientProvider client={queryClient}>
          <TRPCProvider trpcClient={api} queryClient={queryClient}>
            <Handshaken>{children}</Handshaken>
          </TRPCProvider>
        </QueryClientProvider>
      </DashboardLanguage>
    </>
  );
};

const Handshaken = ({ children }: { children: ReactNode }) => {
  const t = useTranslations();
  const router = useRouter();
  const isHandshaken = useIsHandshaken();
  if (!isHandshaken || !router.isReady) {
    return (
      <>
        <PageSkeleton />
        <SlowNote who={t("common.dashboard")} />
      </>
    );
  }
  return (
    <InfoProvider>
      <LeaveProvider>
        <RunDriverProvider>
          <RouteSync />
          <SandboxBar />
          <SessionOver />
          {children}
        </RunDriverProvider>
      </LeaveProvider>
    </InfoProvider>
  );
};

const SandboxBar = () => {
  const t = useTranslations();
  return useInfo().sandbox ? <div className="crm-sandbox">{t("shell.sandbox")}</div> : null;
};

const SessionOver = () => {
  const t = useTranslations();
  return useSessionIsOver() ? (
    <div style={{ padding: "12px 24px 0" }}>
      <Callout tone="warning" title={t("shell.sessionOver")} isNews />
    </div>
  ) : null;
};

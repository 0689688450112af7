/** What the whole app knows: permissions, core version, providers. Fetched once; pages stand below it. */
import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { AppInfo, ProviderInfo } from "@/dashboard/api/views";
import { Failed } from "../parts/failed";
import { Page } from "../parts/page";
import { CardSkeleton, SlowNote } from "../parts/skeletons";
import { useTRPC } from "./api";
import { chooseLanguage } from "./locale";

const LONGEST_WAIT_MS = 5_000;

const Info = createContext<AppInfo | null>(null);

export const InfoProvider = ({ children }: { children: ReactNode }) => {
  const t = useTranslations();
  const query = useQuery(useTRPC().app.info.queryOptions(undefined, { staleTime: 60_000 }));
  const isSpoken = useOwnLanguage(query.data);
  if (query.data && isSpoken) return <Info.Provider value={query.data}>{children}</Info.Provider>;
  if (query.isError) {
    return (
      <Page title={t("overview.title")}>
        <Failed title={t("failed.app")} error={query.error} onRetry={() => query.refetch()} />
      </Page>
    );
  }
  return <PageSkeleton who={t("common.thisApp")} />;
};

/** Whether the page speaks the person's own language by now. Once it does, a change of mind does not take the page away. */
function useOwnLanguage(info: AppInfo | undefined): boolean {
  const locale = useLocale();
  const wanted = info?.language ?? null;
  const [isSettled, setSettled] = useState(false);
  useEffect(() => {
    if (info) chooseLanguage(wanted);
  }, [info, wanted]);
  const isSpoken = isSettled || (info !== undefined && (wanted === null || wanted === locale));
  useEffect(() => {
    if (isSpoken) return setSettled(true);
    // Its words may not come: then the page is shown in the language that is there.
    const timer = setTimeout(() => setSettled(true), LONGEST_WAIT_MS);
    return () => clearTimeout(timer);
  }, [isSpoken]);
  return isSpoken;
}

export const PageSkeleton = ({ who }: { who?: string }) => (
  <div className="crm-page" aria-busy>
    <div className="crm-body">
      <CardSkeleton lines={3} />
      <CardSkeleton lines={5} />
      {who ? <SlowNote who={who} /> : null}
    </div>
  </div>
);

export function useInfo(): AppInfo {
  const info = useContext(Info);
  if (!info) throw new Error("InfoProvider is missing");
  return info;
}

export const useProvider = (id: string): ProviderInfo | undefined => useInfo().providers.find((provider) => provider.id === id);

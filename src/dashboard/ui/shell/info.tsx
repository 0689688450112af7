/** What the whole app knows: permissions, core version, providers. Fetched once; pages stand below it. */
import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext } from "react";
import { useTranslations } from "use-intl";
import type { AppInfo, ProviderInfo } from "@/dashboard/api/views";
import { Failed } from "../parts/failed";
import { Page } from "../parts/page";
import { CardSkeleton, SlowNote } from "../parts/skeletons";
import { useTRPC } from "./api";
import { useOwnLanguage } from "./own-language";

const Info = createContext<AppInfo | null>(null);

export const InfoProvider = ({ children }: { children: ReactNode }) => {
  const t = useTranslations();
  const query = useQuery(useTRPC().app.info.queryOptions(undefined, { staleTime: 60_000 }));
  const isSpoken = useOwnLanguage(query.data?.language);
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

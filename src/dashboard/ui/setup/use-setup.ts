import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { AppInfo } from "@/dashboard/api/views";
import { useTRPC } from "../shell/api";
import { useDashboard } from "../shell/dashboard";
import { useInfo } from "../shell/info";
import { useGo } from "../shell/leave";
import { setupPath } from "./steps";

const AGAIN_MS = 5_000;

export const useConnections = () => useQuery(useTRPC().connections.list.queryOptions(undefined, { refetchInterval: AGAIN_MS }));

/** Puts the setup aside, folds it, or takes it up again. */
export function usePutSetup(then?: () => void) {
  const t = useTranslations();
  const { app, setup } = useTRPC();
  const queryClient = useQueryClient();
  const { failed } = useDashboard();
  return useMutation(
    setup.put.mutationOptions({
      onSuccess: async (_, { view }) => {
        queryClient.setQueryData(app.info.queryKey(), (known: AppInfo | undefined) => known && { ...known, setup: view });
        then?.();
      },
      onError: () => failed(t("setup.couldNot"), t("common.nothingLost")),
    }),
  );
}

/** "Continue": a setup that was put aside is taken up again. */
export function useContinueSetup() {
  const go = useGo();
  const { setup } = useInfo();
  const put = usePutSetup(() => go(setupPath()));
  return { isBusy: put.isPending, resume: () => (setup === null ? go(setupPath()) : put.mutate({ view: null })) };
}

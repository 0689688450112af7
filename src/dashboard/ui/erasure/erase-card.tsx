/** "Erase everywhere" for one person: the question says what will happen at each connection, the receipt what did. */
import { Button, Text } from "@saleor/macaw-ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Eraser } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ErasureView } from "@/dashboard/api/views";
import { Callout } from "../parts/callout";
import { Confirm } from "../parts/confirm";
import { Failed } from "../parts/failed";
import { Section } from "../parts/section";
import { useNames } from "../saleor/names";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { useProviderText } from "../text";
import { ErasePlanList } from "./erase-plan";
import { Receipt } from "./receipt";

const LOOK_MS = 3_000;

export const EraseCard = ({ customerId }: { customerId: string }) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const text = useProviderText("saleor", "Saleor");
  const names = useNames([customerId]);
  const name = names.of(customerId);
  const known = useQuery(
    useTRPC().erasure.of.queryOptions({ customerId }, { refetchInterval: ({ state }) => (isWaiting(state.data) ? LOOK_MS : false) }),
  );
  const erase = useErase(customerId);
  const [asks, setAsks] = useState(false);
  const refused = erase.data?.kind === "unavailable" ? erase.data.reason : null;
  return (
    <>
      {known.data ? <Receipt erasure={known.data} name={name} /> : null}
      {known.isError ? <Failed title={t("erase.couldNotLook")} error={known.error} onRetry={() => known.refetch()} /> : null}
      {permissions.manageApps && !isWaiting(known.data) ? (
        <Section title={t("erase.title")}>
          <div className="crm-row" style={{ justifyContent: "space-between" }}>
            <Text as="p" size={3} color="default2">
              {t("erase.hint")}
            </Text>
            <Button variant="secondary" icon={<Eraser size={16} aria-hidden />} onClick={() => setAsks(true)}>
              {t("erase.open")}
            </Button>
          </div>
          {refused ? (
            <Callout tone="error" title={t("erase.couldNot")} isNews>
              {text.reason(refused)}
            </Callout>
          ) : null}
          {erase.isError ? <Failed title={t("erase.couldNot")} error={erase.error} onRetry={() => erase.mutate({ customerId })} /> : null}
        </Section>
      ) : null}
      <Confirm
        open={asks}
        danger
        busy={erase.isPending}
        title={t("erase.question", { who: name?.name || name?.email || customerId })}
        body={<ErasePlanList customerId={customerId} />}
        back={t("common.back")}
        verb={t("erase.verb")}
        onBack={() => setAsks(false)}
        onConfirm={() => erase.mutate({ customerId }, { onSettled: () => setAsks(false) })}
      />
    </>
  );
};

const isWaiting = (erasure: ErasureView | null | undefined): boolean => erasure?.steps.some(({ state }) => state === "waiting") ?? false;

function useErase(customerId: string) {
  const { erasure, activity } = useTRPC();
  const queryClient = useQueryClient();
  return useMutation(
    erasure.start.mutationOptions({
      onSuccess: async (result) => {
        if (result.kind === "asked") queryClient.setQueryData(erasure.of.queryKey({ customerId }), result.erasure);
        await queryClient.invalidateQueries(activity.pathFilter());
      },
    }),
  );
}

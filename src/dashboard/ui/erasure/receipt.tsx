/** What each provider was asked and what it answered. It is shown until it is complete, and can be taken along. */
import { Button, Text } from "@saleor/macaw-ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useTranslations } from "use-intl";
import type { ErasureView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Failed } from "../parts/failed";
import { Pill, type Tone } from "../parts/pill";
import { saveFile } from "../parts/save-file";
import { Section } from "../parts/section";
import { When } from "../parts/when";
import type { CustomerName } from "../saleor/names";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { receiptFile } from "./receipt-file";
import { useAnswers } from "./use-answer";

type Step = ErasureView["steps"][number];

const TONES: Record<Step["state"], Tone> = { waiting: "warn", done: "ok", refused: "bad", impossible: "bad", lost: "neutral" };

export const Receipt = ({ erasure, name }: { erasure: ErasureView; name: CustomerName | null }) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const retry = useRetry(erasure.customerId);
  const download = useDownload(erasure, name);
  const isOpen = erasure.steps.some(({ state }) => state === "waiting" || state === "refused");
  return (
    <Section
      title={t("erase.receipt")}
      hint={
        <>
          {t(erasure.mine ? "erase.askedByYou" : "erase.asked")} <When at={erasure.askedAt} />
          {". "}
          {t(erasure.keptOut ? "erase.keptOut" : "erase.notInSaleor")}
        </>
      }
      end={
        <div className="crm-row">
          {isOpen && permissions.manageApps ? (
            <BusyButton variant="secondary" isBusy={retry.isPending} onClick={() => retry.mutate({ erasureId: erasure.id })}>
              {t("erase.retry")}
            </BusyButton>
          ) : null}
          <Button variant="secondary" icon={<Download size={16} aria-hidden />} onClick={download}>
            {t("erase.download")}
          </Button>
        </div>
      }
    >
      <div className="crm-sideways" role="status">
        <table className="crm-table">
          <caption className="crm-hidden">{t("erase.receipt")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("erase.where")}</th>
              <th scope="col">{t("erase.wasAsked")}</th>
              <th scope="col">{t("erase.answered")}</th>
              <th scope="col">{t("activity.when")}</th>
            </tr>
          </thead>
          <tbody>
            {erasure.steps.map((step) => (
              <StepRow key={step.connectionId} step={step} />
            ))}
          </tbody>
        </table>
      </div>
      {retry.isError ? <Failed title={t("erase.couldNot")} error={retry.error} onRetry={() => retry.mutate(retry.variables)} /> : null}
    </Section>
  );
};

const StepRow = ({ step }: { step: Step }) => {
  const t = useTranslations();
  const say = useAnswers();
  return (
    <tr>
      <th scope="row">
        {step.title}
        {step.targetName ? (
          <Text as="p" size={2} color="default2">
            {step.targetName}
          </Text>
        ) : null}
      </th>
      <td>{step.answer === "not_set_up" ? "–" : t(`erase.ask.${step.asked}`)}</td>
      <td>
        <span className="crm-row">
          <Pill tone={TONES[step.state]}>{t(`erase.state.${step.state}`)}</Pill>
        </span>
        <Text as="p" size={3}>
          {say(step)}
        </Text>
        {step.vendorText ? (
          <Text as="p" size={2} color="default2">
            {t("common.vendorSays", { title: step.title })} <q>{step.vendorText}</q>
          </Text>
        ) : null}
      </td>
      <td>{step.answeredAt ? <When at={step.answeredAt} /> : "–"}</td>
    </tr>
  );
};

function useRetry(customerId: string) {
  const { erasure, activity } = useTRPC();
  const queryClient = useQueryClient();
  return useMutation(
    erasure.retry.mutationOptions({
      onSuccess: async (view) => {
        queryClient.setQueryData(erasure.of.queryKey({ customerId }), view);
        await queryClient.invalidateQueries(activity.pathFilter());
      },
    }),
  );
}

/** Name and address stand in the file alone: whoever downloads read them from Saleor with their own permissions. */
function useDownload(erasure: ErasureView, name: CustomerName | null): () => void {
  const t = useTranslations();
  const say = useAnswers();
  const { shopHost } = useInfo();
  return () => {
    const now = new Date();
    const person = { name: name?.name || null, email: name?.email || null };
    const text = receiptFile({ erasure, person, shop: shopHost, say, now });
    saveFile(text, t("erase.file", { date: now.toISOString().slice(0, 10) }), "application/json;charset=utf-8");
  };
}

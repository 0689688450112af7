import { Button } from "@saleor/macaw-ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { ConfirmResult, ProviderInfo } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Callout } from "../parts/callout";
import { Confirm } from "../parts/confirm";
import { Rows } from "../parts/rows";
import { Section } from "../parts/section";
import { useTRPC } from "../shell/api";
import { useDashboard } from "../shell/dashboard";
import { useGo } from "../shell/leave";
import { useProviderText, useWords } from "../text";
import type { Granted } from "./connect-page";

interface ConfirmAccountProps {
  provider: ProviderInfo;
  granted: Granted;
  onOther(): void;
}

/** Nothing is connected before somebody in the Dashboard said yes to this very account. */
export const ConfirmAccount = ({ provider, granted, onOther }: ConfirmAccountProps) => {
  const t = useTranslations();
  const { title } = provider;
  const { account, attemptId } = granted;
  const text = useProviderText(provider.id, title);
  const [asks, setAsks] = useState(false);
  const { confirm, cancel, problem } = useConfirm(title);
  const connect = () => {
    setAsks(false);
    confirm.mutate({ attemptId });
  };
  const other = () => {
    cancel.mutate({ attemptId });
    onOther();
  };
  return (
    <div style={{ maxWidth: "46rem" }}>
      <Section title={t("confirm.title", { title })}>
        <Rows rows={useAccountRows(provider, granted)} />
        {account.notes.map((code) => (
          <Callout key={code} tone="warning" title={text.note(code) ?? code} />
        ))}
        {problem ? (
          <Callout tone="warning" title={problem.kind === "expired" ? t("connect.expiredTitle") : text.reason(problem.reason)} isNews />
        ) : null}
        {confirm.isError ? (
          <Callout tone="error" title={t("connect.couldNot", { title })} isNews>
            {t("connect.nothingChanged")}
          </Callout>
        ) : null}
        <div className="crm-dialog-buttons">
          <Button variant="secondary" onClick={other} disabled={confirm.isPending}>
            {t("confirm.other")}
          </Button>
          <BusyButton
            variant="primary"
            isBusy={confirm.isPending}
            disabled={problem?.kind === "expired"}
            onClick={() => (account.replaces ? setAsks(true) : connect())}
          >
            {t("confirm.connect")}
          </BusyButton>
        </div>
      </Section>
      <Confirm
        open={asks}
        title={t("confirm.differentTitle")}
        body={t("confirm.different", { before: account.replaces ?? "", account: account.name })}
        back={t("common.back")}
        verb={t("confirm.connectAccount", { account: account.name })}
        onBack={() => setAsks(false)}
        onConfirm={connect}
      />
    </div>
  );
};

function useConfirm(title: string) {
  const t = useTranslations();
  const go = useGo();
  const { said } = useDashboard();
  const queryClient = useQueryClient();
  const { connect, connections } = useTRPC();
  const [problem, setProblem] = useState<Exclude<ConfirmResult, { kind: "connected" }> | null>(null);
  const confirm = useMutation(
    connect.confirm.mutationOptions({
      onMutate: () => setProblem(null),
      onSuccess: async (answer) => {
        if (answer.kind !== "connected") return setProblem(answer);
        await queryClient.invalidateQueries(connections.pathFilter());
        said(t("confirm.connected", { title }));
        go(`/c/${answer.connectionId}/settings`);
      },
    }),
  );
  return { confirm, cancel: useMutation(connect.cancel.mutationOptions()), problem };
}

/** So many places are named; more of them are counted. */
const NAMED_TARGETS = 5;

function useAccountRows(provider: ProviderInfo, { account }: Granted) {
  const t = useWords(provider.id);
  const format = useFormatter();
  const { targetNames } = account;
  return [
    { label: t("confirm.account"), value: t("confirm.accountDetail", { name: account.name, detail: account.detail }) },
    ...(account.owner ? [{ label: t("confirm.owner"), value: account.owner }] : []),
    { label: t("confirm.shop"), value: account.shopHost },
    ...(targetNames.length > 0 && targetNames.length <= NAMED_TARGETS
      ? [{ label: t("confirm.places"), value: format.list(targetNames) }]
      : []),
    ...(account.targets === null
      ? []
      : [
          {
            label: t("confirm.holds"),
            value:
              account.contacts === null
                ? t("confirm.targets", { targets: account.targets })
                : t("confirm.targetsAndContacts", { targets: account.targets, contacts: account.contacts }),
          },
        ]),
  ];
}

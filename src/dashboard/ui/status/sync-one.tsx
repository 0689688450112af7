import { Text } from "@saleor/macaw-ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Callout } from "../parts/callout";
import { Failed } from "../parts/failed";
import { Field } from "../parts/field";
import { Section } from "../parts/section";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { useWords } from "../text";
import { SyncOneResult } from "./sync-one-result";

const SLOW_MS = 10_000;

export const SyncOne = ({ connection }: { connection: ConnectionView }) => {
  const t = useWords(connection.provider);
  const { permissions } = useInfo();
  const { title } = connection;
  return (
    <Section title={t("syncOne.title")} hint={t("syncOne.hint", { title })}>
      {permissions.manageUsers ? (
        <Form connection={connection} />
      ) : (
        <Callout tone="info" title={t("permission.manageUsers")}>
          {t("permission.whoGives")}
        </Callout>
      )}
    </Section>
  );
};

const Form = ({ connection }: { connection: ConnectionView }) => {
  const t = useWords(connection.provider);
  const { customers, connections } = useTRPC();
  const queryClient = useQueryClient();
  const [who, setWho] = useState("");
  const [isEmpty, setIsEmpty] = useState(false);
  const sync = useMutation(
    customers.syncNow.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(connections.get.queryFilter({ id: connection.id })),
    }),
  );
  const send = (event: FormEvent) => {
    event.preventDefault();
    setIsEmpty(!who.trim());
    if (who.trim()) sync.mutate({ connectionId: connection.id, who: who.trim() });
  };
  const cannot = connection.target === null || connection.account === null;
  return (
    <>
      <form className="crm-inline-form" onSubmit={send} noValidate>
        <Field
          label={t("syncOne.who")}
          value={who}
          disabled={cannot}
          problem={isEmpty ? t("syncOne.needed") : undefined}
          help={cannot ? t("syncOne.notYet") : null}
          autoComplete="off"
          onChange={(event) => setWho(event.target.value)}
        />
        <BusyButton type="submit" variant="secondary" isBusy={sync.isPending} disabled={cannot}>
          {t("syncOne.now")}
        </BusyButton>
      </form>
      <div role="status" className="crm-said">
        {sync.isPending ? <Sending title={connection.title} /> : null}
        {sync.data && !sync.isPending ? <SyncOneResult result={sync.data} connection={connection} /> : null}
      </div>
      {sync.isError ? <Failed title={t("syncOne.couldNot")} error={sync.error} onRetry={() => sync.mutate(sync.variables)} /> : null}
    </>
  );
};

const Sending = ({ title }: { title: string }) => {
  const t = useTranslations();
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Text as="p" size={3} color="default2">
      {isSlow ? t("syncOne.slow", { title }) : t("syncOne.sending")}
    </Text>
  );
};

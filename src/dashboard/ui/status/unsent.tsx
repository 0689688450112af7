/** Who is not sent any more before somebody says so: by reason, with one click to try again, some or all. */
import { Button, Text } from "@saleor/macaw-ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { useTranslations } from "use-intl";
import type { ConnectionView, UnsentView } from "@/dashboard/api/views";
import { ReasonsTable } from "../full-sync/reasons-table";
import { BusyButton } from "../parts/busy-button";
import { Failed } from "../parts/failed";
import { Section } from "../parts/section";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { useProviderText } from "../text";

export const UnsentCard = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const { counts, run, id } = connection;
  const { customers } = useTRPC();
  const retry = useRetry(connection);
  const count = counts.refused + counts.gaveUp;
  // Those of a full sync stand there, with a button of their own.
  const shownByRun = run?.state === "finished" ? run.refused + run.gaveUp : 0;
  const isShown = count > shownByRun;
  const unsent = useQuery(customers.unsent.queryOptions({ connectionId: id }, { enabled: isShown, refetchInterval: 5_000 }));
  const said = retry.data ? (
    <Text as="p" size={3}>
      {t("unsent.again", { count: retry.data.again })}
    </Text>
  ) : null;
  if (!isShown)
    return said ? (
      <div role="status" className="crm-said">
        {said}
      </div>
    ) : null;
  if (unsent.isError) return <Failed title={t("failed.reasons")} error={unsent.error} onRetry={() => unsent.refetch()} />;
  if (!unsent.data) return null;
  return (
    <Section title={t("unsent.title")} hint={t("unsent.hint")}>
      <Reasons connection={connection} reasons={unsent.data} retry={retry} count={count} />
      <div role="status" className="crm-said">
        {said}
      </div>
      {retry.isError ? <Failed title={t("unsent.couldNot")} error={retry.error} onRetry={() => retry.mutate(retry.variables)} /> : null}
    </Section>
  );
};

interface ReasonsProps {
  connection: ConnectionView;
  reasons: UnsentView[];
  retry: ReturnType<typeof useRetry>;
  count: number;
}

const Reasons = ({ connection, reasons, retry, count }: ReasonsProps) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  const { permissions } = useInfo();
  if (!permissions.manageApps || !permissions.manageUsers) return <ReasonsTable connection={connection} reasons={reasons} />;
  const again = (only: Pick<UnsentView, "state" | "reason"> | null) => retry.mutate({ connectionId: connection.id, only });
  return (
    <>
      <ReasonsTable
        connection={connection}
        reasons={reasons}
        action={({ state, reason }) => (
          <Button
            variant="tertiary"
            size="small"
            disabled={retry.isPending}
            aria-label={t("unsent.oneOf", { what: text.reason(reason) })}
            onClick={() => again({ state, reason })}
          >
            {t("unsent.one")}
          </Button>
        )}
      />
      <div className="crm-row">
        <BusyButton
          variant="secondary"
          icon={<RotateCw size={16} aria-hidden />}
          isBusy={retry.isPending && retry.variables?.only === null}
          disabled={retry.isPending}
          onClick={() => again(null)}
        >
          {t("unsent.all", { count })}
        </BusyButton>
      </div>
    </>
  );
};

function useRetry(connection: ConnectionView) {
  const { customers, connections } = useTRPC();
  const queryClient = useQueryClient();
  return useMutation(
    customers.retry.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(connections.get.queryFilter({ id: connection.id }));
        await queryClient.invalidateQueries(customers.unsent.queryFilter({ connectionId: connection.id }));
      },
    }),
  );
}

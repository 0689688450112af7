/** "Undo what this run created": where it stands, or the way to it. */
import { Text } from "@saleor/macaw-ui";
import { useQuery } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView, RunView, UndoView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Failed } from "../parts/failed";
import { Section } from "../parts/section";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { UndoPlan } from "./undo-plan";
import { UndoProgress, UndoResult } from "./undo-result";

interface UndoRunProps {
  connection: ConnectionView;
  run: RunView;
}

export const UndoRun = ({ connection, run }: UndoRunProps) => {
  const t = useTranslations();
  const undo = useQuery(
    useTRPC().undo.get.queryOptions(
      { runId: run.id },
      { enabled: run.created > 0, refetchInterval: ({ state }) => (isUnderWay(state.data) ? 2_000 : false) },
    ),
  );
  if (run.created === 0 || run.state === "running" || run.state === "paused") return null;
  if (undo.isError) return <Failed title={t("undo.couldNotLoad")} error={undo.error} onRetry={() => undo.refetch()} />;
  if (undo.isPending) return null;
  return (
    <Section title={t("undo.title")} hint={t("undo.hint", { title: connection.title })}>
      {undo.data ? <Stand connection={connection} undo={undo.data} /> : null}
      {isUnderWay(undo.data) ? null : <Ask connection={connection} run={run} />}
    </Section>
  );
};

const isUnderWay = (undo: UndoView | null | undefined) => undo?.finishedAt === null;

const Stand = ({ connection, undo }: { connection: ConnectionView; undo: UndoView }) =>
  undo.finishedAt === null ? <UndoProgress connection={connection} undo={undo} /> : <UndoResult connection={connection} undo={undo} />;

/** What would happen is shown first, and fetched only then. */
const Ask = ({ connection, run }: UndoRunProps) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const [isOpen, setOpen] = useState(false);
  const may = permissions.manageApps && permissions.manageUsers;
  const plan = useQuery(useTRPC().undo.preview.queryOptions({ runId: run.id }, { enabled: may && isOpen, gcTime: 0 }));
  if (!may)
    return (
      <Text as="p" size={3} color="default2">
        {t("undo.needs")}
      </Text>
    );
  if (isOpen && plan.isError) return <Failed title={t("undo.couldNotLoad")} error={plan.error} onRetry={() => plan.refetch()} />;
  if (isOpen && plan.data) return <UndoPlan connection={connection} run={run} plan={plan.data} onBack={() => setOpen(false)} />;
  return (
    <div>
      <BusyButton variant="secondary" icon={<Undo2 size={16} aria-hidden />} isBusy={isOpen} onClick={() => setOpen(true)}>
        {t("undo.ask")}
      </BusyButton>
    </div>
  );
};

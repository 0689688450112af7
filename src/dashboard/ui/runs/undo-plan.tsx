/** What undoing would do, to whom, and what it leaves; then the question. */
import { Button, Text } from "@saleor/macaw-ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView, RunView, UndoPreview } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Choices } from "../parts/choices";
import { Confirm } from "../parts/confirm";
import { Failed } from "../parts/failed";
import { useNames } from "../saleor/names";
import { useTRPC } from "../shell/api";
import { useDashboard } from "../shell/dashboard";

type Way = UndoPreview["ways"][number];

interface UndoPlanProps {
  connection: ConnectionView;
  run: RunView;
  plan: UndoPreview;
  onBack(): void;
}

export const UndoPlan = ({ connection, run, plan, onBack }: UndoPlanProps) => {
  const t = useTranslations();
  const [way, setWay] = useState<Way>(plan.ways[0] ?? "tag");
  const [isAsked, setAsked] = useState(false);
  const start = useStart(run, onBack);
  const { title } = connection;
  const words = { title, tag: plan.tag, count: plan.count };
  return (
    <>
      <Text as="p" size={3} role="status">
        {t("undo.would", { ...words, created: plan.created })}
      </Text>
      {plan.count > 0 ? (
        <>
          <Examples ids={plan.examples} more={plan.count - plan.examples.length} />
          <Choices
            label={t("undo.how")}
            value={way}
            choices={plan.ways.map((one) => ({ value: one, label: t(`undo.way.${one}`), help: t(`undo.wayHelp.${one}`, words) }))}
            onChange={(chosen) => setWay(chosen as Way)}
          />
          <NotUndone title={title} />
        </>
      ) : null}
      {start.isError ? (
        <Failed title={t("undo.couldNot")} error={start.error} onRetry={() => start.mutate({ runId: run.id, way })} />
      ) : null}
      <div className="crm-row">
        <Button variant="secondary" onClick={onBack}>
          {t("common.back")}
        </Button>
        {plan.count > 0 ? (
          <BusyButton variant="primary" isBusy={start.isPending} onClick={() => setAsked(true)}>
            {t(`undo.verb.${way}`, words)}
          </BusyButton>
        ) : null}
      </div>
      <Confirm
        open={isAsked}
        danger
        title={t(`undo.question.${way}`, words)}
        body={t(`undo.body.${way}`, words)}
        back={t("common.back")}
        verb={t(`undo.confirm.${way}`)}
        onBack={() => setAsked(false)}
        onConfirm={() => {
          setAsked(false);
          start.mutate({ runId: run.id, way });
        }}
      />
    </>
  );
};

const Examples = ({ ids, more }: { ids: string[]; more: number }) => {
  const t = useTranslations();
  const names = useNames(ids);
  return (
    <div>
      <Text as="p" size={2} color="default2">
        {t("undo.examples")}
      </Text>
      <ul className="crm-list">
        {ids.map((id) => {
          const found = names.of(id);
          return <li key={id}>{found ? [found.name, found.email].filter(Boolean).join(" · ") : <code>{id}</code>}</li>;
        })}
        {more > 0 ? <li>{t("undo.more", { count: more })}</li> : null}
      </ul>
    </div>
  );
};

const NotUndone = ({ title }: { title: string }) => {
  const t = useTranslations();
  return (
    <div>
      <Text as="p" size={2} color="default2">
        {t("undo.notUndone")}
      </Text>
      <ul className="crm-list">
        {["updates", "statuses", "changed", "happened"].map((what) => (
          <li key={what}>{t(`undo.not.${what}`, { title })}</li>
        ))}
      </ul>
    </div>
  );
};

function useStart(run: RunView, onStarted: () => void) {
  const t = useTranslations();
  const { undo } = useTRPC();
  const queryClient = useQueryClient();
  const { said, failed } = useDashboard();
  return useMutation(
    undo.start.mutationOptions({
      onSuccess: (begun) => {
        said(t("undo.begun"));
        queryClient.setQueryData(undo.get.queryKey({ runId: run.id }), begun);
        onStarted();
      },
      onError: () => failed(t("undo.couldNot"), t("fullSync.nothingLost")),
    }),
  );
}

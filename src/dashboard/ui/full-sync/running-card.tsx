import { Button, Text } from "@saleor/macaw-ui";
import { Pause } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Callout } from "../parts/callout";
import { LiveText } from "../parts/live-text";
import { Pill } from "../parts/pill";
import { Progress } from "../parts/progress";
import { Section } from "../parts/section";
import { useClockTime } from "../parts/when";
import { useInfo } from "../shell/info";
import { CancelRun } from "./cancel-run";
import { RunCounts } from "./run-counts";
import type { Drive } from "./run-driver";
import { RunReasons } from "./run-reasons";
import { useRate } from "./use-rate";
import { useRunActs } from "./use-run-acts";
import { useProblem } from "./use-run-problem";

interface RunningCardProps {
  connection: ConnectionView;
  run: RunView;
  /** This tab's walk; `null`: somebody else's, or the walk is over and outcomes are awaited. */
  drive: Drive | null;
}

export const RunningCard = ({ connection, run, drive }: RunningCardProps) => {
  const t = useTranslations();
  const clock = useClockTime();
  const { permissions } = useInfo();
  const acts = useRunActs(connection);
  const [asks, setAsks] = useState(false);
  const confirmed = () => {
    setAsks(false);
    acts.cancel.mutate(run);
  };
  const isHere = drive !== null && !run.walkDone;
  const isClosing = drive?.state === "closing" || acts.pause.isPending || acts.cancel.isPending;
  const isBackground = isInBackground(run);
  const isElsewhere = drive === null && !run.walkDone && !isBackground;
  const total = totalOf(run);
  const mayAct = permissions.manageApps && permissions.manageUsers;
  return (
    <Section
      title={
        <span className="crm-row">
          {t("fullSync.title")}{" "}
          <Pill tone="info">
            {t(
              connection.health === "reconnect" ? "fullSync.waitingPill" : isBackground ? "fullSync.runningBackground" : "fullSync.running",
            )}
          </Pill>
        </span>
      }
      end={
        mayAct ? (
          <div className="crm-row">
            {isHere ? (
              <BusyButton
                variant="tertiary"
                size="small"
                isBusy={acts.toBackground.isPending}
                disabled={isClosing}
                onClick={() => acts.toBackground.mutate(run)}
              >
                {t("fullSync.toBackground")}
              </BusyButton>
            ) : null}
            <BusyButton
              variant="secondary"
              size="small"
              icon={<Pause size={16} aria-hidden />}
              isBusy={isClosing}
              onClick={() => acts.pause.mutate(run)}
            >
              {t("fullSync.pause")}
            </BusyButton>
            {isElsewhere ? null : (
              <Button variant="secondary" size="small" disabled={isClosing} onClick={() => setAsks(true)}>
                {t("fullSync.cancelOpen")}
              </Button>
            )}
          </div>
        ) : null
      }
    >
      <Progress label={t("fullSync.title")} done={run.done} total={isCounting(drive, run) ? null : total} />
      <Speed run={run} total={total} isCounting={isCounting(drive, run)} startedAt={clock(run.startedAt)} />
      <RunCounts run={run} />
      {isClosing ? (
        <Text as="p" size={3} role="status">
          {t("fullSync.pausing", { count: (drive?.progress?.postsOut ?? 0) + (drive?.progress?.readsOut ?? 0) })}
        </Text>
      ) : null}
      {isBackground || run.walkDone ? (
        <Text as="p" size={3} color="default2">
          {t("fullSync.mayClose")}
        </Text>
      ) : null}
      {isHere && !isClosing ? (
        <Text as="p" size={3} color="default2">
          {t(`fullSync.onLeave.${run.onLeave}`)}
        </Text>
      ) : null}
      {isElsewhere ? (
        <Text as="p" size={3} color="default2">
          {t(run.mine ? "fullSync.elsewhereMine" : "fullSync.elsewhereOther", { time: clock(run.startedAt) })}
        </Text>
      ) : null}
      <Hindrances connection={connection} run={run} drive={drive} />
      <ReasonsSoFar connection={connection} run={run} />
      {drive?.progress ? <Now drive={drive} title={connection.title} /> : null}
      <CancelRun open={asks} run={run} onBack={() => setAsks(false)} onConfirm={confirmed} />
    </Section>
  );
};

/** The app walks it, or is about to: its page was left, and the wish was to go on. */
export const isInBackground = (run: RunView) =>
  run.state === "running" && (run.driver === "worker" || (run.abandoned && run.onLeave === "continue"));

/** More customers may have joined than were counted at the start. */
export const totalOf = (run: RunView) => (run.total === null ? null : Math.max(run.total, run.marked));

const isCounting = (drive: Drive | null, run: RunView) => run.total === null || (drive?.progress?.phase === "counting" && run.done === 0);

const Speed = ({ run, total, isCounting, startedAt }: { run: RunView; total: number | null; isCounting: boolean; startedAt: string }) => {
  const t = useTranslations();
  const { perSecond, left } = useRate(run, total);
  const how = isCounting
    ? t("fullSync.counting")
    : total === null
      ? t("fullSync.doneOnly", { done: run.done })
      : t("fullSync.doneOf", { done: run.done, total });
  const parts = [
    how,
    ...(!perSecond || perSecond < 0.5 ? [] : [t("fullSync.perSecond", { rate: Math.round(perSecond) })]),
    ...(left === null ? [] : [t(`fullSync.left.${left.unit}`, { count: left.value })]),
    t(run.mine ? "fullSync.startedByYou" : "fullSync.startedByOther", { time: startedAt }),
  ];
  const quarter = total ? Math.floor((run.done / total) * 4) : 0;
  return (
    <Text as="p" size={3} className="crm-number">
      {parts.join(" · ")}
      <LiveText text={how} urgent={`${run.id} ${quarter}`} />
    </Text>
  );
};

/** Whatever slows the run down or makes it wait, in one line each. */
const Hindrances = ({ connection, run, drive }: RunningCardProps) => {
  const t = useTranslations();
  const problem = useProblem(connection);
  const retrying = drive?.progress?.retrying;
  const lines = [
    ...(drive?.progress?.isSlowed ? [t("fullSync.saleorSlow")] : []),
    ...(retrying
      ? [
          t(retrying.who === "saleor" ? "fullSync.saleorRetry" : "fullSync.appRetry", {
            seconds: retrying.inSeconds,
            attempt: retrying.attempt,
            of: retrying.of,
          }),
        ]
      : []),
  ];
  return (
    <>
      {run.problem ? (
        <Callout tone="warning" title={problem(run.problem)}>
          {t("fullSync.againInAMinute", { count: run.done })}
        </Callout>
      ) : null}
      {lines.map((line) => (
        <Callout key={line} tone="info" title={line} />
      ))}
      {run.retrying > 0 ? (
        <Callout tone="info" title={problem(run.retryingReason ?? "vendor_error")}>
          {t("fullSync.retrying", { count: run.retrying })}
        </Callout>
      ) : null}
    </>
  );
};

const ReasonsSoFar = ({ connection, run }: { connection: ConnectionView; run: RunView }) => {
  const t = useTranslations();
  const [isOpen, setIsOpen] = useState(false);
  if (run.skipped + run.refused + run.gaveUp === 0) return null;
  return (
    <details className="crm-fold" onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>{t("reasons.soFar")}</summary>
      <div className="crm-stack">{isOpen ? <RunReasons connection={connection} run={run} isMoving /> : null}</div>
    </details>
  );
};

const Now = ({ drive, title }: { drive: Drive; title: string }) => {
  const t = useTranslations();
  const { progress } = drive;
  if (!progress) return null;
  return (
    <details className="crm-fold">
      <summary>{t("fullSync.nowTitle")}</summary>
      <Text as="p" size={3} color="default2" className="crm-number">
        {t(`fullSync.phase.${progress.phase}`)}{" "}
        {t("fullSync.now", { read: progress.read, reads: progress.readsOut, posts: progress.postsOut, title })}
      </Text>
    </details>
  );
};

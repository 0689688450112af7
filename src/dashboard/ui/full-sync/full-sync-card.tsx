/** The full sync of a connection, whatever state it is in. The run itself is driven by `run-driver.ts`, beside the pages. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { BeforeRun } from "./before-run";
import { EndedRun } from "./ended-run";
import { HaltedRun } from "./halted-run";
import { useDrive } from "./run-driver-provider";
import { isInBackground, RunningCard } from "./running-card";

interface FullSyncCardProps {
  connection: ConnectionView;
  /** When `connection` was read. */
  readAt: number;
}

export const FullSyncCard = ({ connection, readAt }: FullSyncCardProps) => {
  const drive = useDrive(connection.id);
  const run = useLatestRun(connection, readAt);
  useFreshNumbers(run);
  if (!run) return <BeforeRun connection={connection} />;
  const isWalkedHere = drive !== null && drive.state !== "ended" && drive.run.id === run.id && !isInBackground(run);
  if (isWalkedHere) return <RunningCard connection={connection} run={run} drive={drive} />;
  switch (run.state) {
    case "running":
      return run.abandoned && !run.walkDone && !isInBackground(run) ? (
        <HaltedRun connection={connection} run={run} />
      ) : (
        <RunningCard connection={connection} run={run} drive={null} />
      );
    case "paused":
    case "stopped":
    case "cancelled":
      return <HaltedRun connection={connection} run={run} trouble={drive?.run.id === run.id ? drive.trouble : null} />;
    case "finished":
      return <EndedRun connection={connection} run={run} />;
  }
};

/** A run that began or ended changed what the audience holds, and who is listed with it. */
function useFreshNumbers(run: RunView | null): void {
  const { runs, connections } = useTRPC();
  const queryClient = useQueryClient();
  const moment = `${run?.id} ${run?.state}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each such moment, and only then
  useEffect(() => {
    for (const { pathFilter } of [runs.plan, runs.reasons, connections.leftOut]) void queryClient.invalidateQueries(pathFilter());
  }, [moment]);
}

/** The freshest word on the run: this tab's walk, or the server's. */
function useLatestRun(connection: ConnectionView, readAt: number): RunView | null {
  const drive = useDrive(connection.id);
  const { permissions } = useInfo();
  const isRunning = connection.run?.state === "running";
  const isTail = isRunning && (connection.run?.walkDone || drive?.run.walkDone === true);
  const isFollowed = isTail || (isRunning && connection.run?.driver === "worker");
  // Asking for the run is also what finishes it once its last customer has an outcome.
  const polled = useQuery(
    useTRPC().runs.get.queryOptions(
      { runId: connection.run?.id ?? "" },
      {
        enabled: isFollowed && permissions.manageApps && permissions.manageUsers,
        refetchInterval: isTail ? 1_000 : isFollowed ? 2_000 : false,
        staleTime: 0,
      },
    ),
  );
  const isMovingHere = drive !== null && drive.state !== "ended";
  const known: { run: RunView | null; at: number }[] = [
    // A walk of this tab knows better than an answer that was on its way when it began.
    ...(connection.run === null && isMovingHere ? [] : [{ run: connection.run, at: readAt }]),
    ...(drive ? [{ run: drive.run, at: drive.heardAt }] : []),
    ...(isFollowed && polled.data ? [{ run: polled.data, at: polled.dataUpdatedAt }] : []),
  ];
  return known.sort((a, b) => b.at - a.at)[0]?.run ?? null;
}

/**
 * One sign-in at the vendor. The ticket is there before the click, because the Dashboard has to be told inside it: a
 * browser takes a tab that opens later for a pop-up. Whether the tab opened only our server knows: it saw the ticket, or not.
 */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { OAuthStatus, OAuthTicket } from "@/dashboard/api/views";
import { useTRPC } from "../shell/api";
import { useDashboard } from "../shell/dashboard";

const RENEW_MS = 5 * 60_000;
const BLOCKED_MS = 5_000;

export type SignInPhase =
  | { kind: "ready" }
  | { kind: "waiting"; seconds: number; isOpen: boolean }
  | { kind: "blocked"; seconds: number }
  | { kind: "ended"; status: Exclude<OAuthStatus, { state: "issued" | "opened" }> };

export function useSignIn(provider: string) {
  const { connect } = useTRPC();
  const { openTab } = useDashboard();
  const [clickedAt, setClickedAt] = useState<number | null>(null);
  const ticket = useTicket(provider, clickedAt === null);
  const cancel = useMutation(connect.cancel.mutationOptions());
  const status = useQuery(
    connect.status.queryOptions(
      { attemptId: ticket.data?.attemptId ?? "" },
      {
        enabled: clickedAt !== null && ticket.data !== undefined,
        refetchInterval: ({ state }) => (isOpenEnded(state.data) ? 1_000 : false),
        refetchIntervalInBackground: true,
        staleTime: 0,
      },
    ),
  );
  const now = useSeconds(clickedAt !== null);

  const again = () => {
    setClickedAt(null);
    ticket.renew();
  };
  return {
    ticket: ticket.data ?? null,
    ticketError: ticket.error,
    renew: ticket.renew,
    phase: phaseOf(clickedAt, now, clickedAt === null ? undefined : status.data),
    /** Inside the click, nothing awaited. */
    open() {
      if (!ticket.data) return;
      openTab(ticket.data.url);
      setClickedAt((before) => before ?? Date.now());
    },
    again,
    cancel() {
      if (ticket.data) cancel.mutate({ attemptId: ticket.data.attemptId });
      again();
    },
  };
}

function useTicket(provider: string, isIdle: boolean) {
  const { connect } = useTRPC();
  const { mutate, data, error } = useMutation(connect.ticket.mutationOptions());
  useEffect(() => {
    mutate({ provider });
  }, [mutate, provider]);
  useEffect(() => {
    if (!isIdle) return;
    const timer = setInterval(() => mutate({ provider }), RENEW_MS);
    return () => clearInterval(timer);
  }, [mutate, provider, isIdle]);
  const renew = () => mutate({ provider });
  return { data: data as OAuthTicket | undefined, error, renew };
}

function useSeconds(isRunning: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isRunning) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}

const isOpenEnded = (status: OAuthStatus | undefined) => !status || status.state === "issued" || status.state === "opened";

function phaseOf(clickedAt: number | null, now: number, status: OAuthStatus | undefined): SignInPhase {
  if (clickedAt === null) return { kind: "ready" };
  const waited = Math.max(0, now - clickedAt);
  const seconds = Math.floor(waited / 1000);
  if (status && status.state !== "issued" && status.state !== "opened") return { kind: "ended", status };
  if (status?.state === "issued" && waited >= BLOCKED_MS) return { kind: "blocked", seconds };
  return { kind: "waiting", seconds, isOpen: status?.state === "opened" };
}

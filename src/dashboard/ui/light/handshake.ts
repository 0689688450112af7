import { useEffect, useState } from "react";
import { dashboardBridge } from "../shell/bridge";

/** `no_token`: Saleor gave none, since the person lacks a permission that the extension was installed with. */
type Handshake = "waiting" | "ready" | "no_token";

/**
 * The bridge throws on an empty token and stays unready for good (app-sdk 1.15.0, read 2026-08), so that one is listened
 * for here.
 */
export function useHandshake(): Handshake {
  const [state, setState] = useState<Handshake>(() => (dashboardBridge().getState().ready ? "ready" : "waiting"));
  useEffect(() => {
    const line = dashboardBridge();
    const stop = line.subscribe("handshake", () => setState("ready"));
    const look = ({ data }: MessageEvent<{ type?: string; payload?: { token?: unknown } } | null>) => {
      if (data?.type === "handshake" && !data.payload?.token) setState((known) => (known === "ready" ? known : "no_token"));
    };
    window.addEventListener("message", look);
    return () => {
      stop();
      window.removeEventListener("message", look);
    };
  }, []);
  return state;
}

import { useEffect, useState } from "react";
import { useIsHandshaken } from "../shell/bridge";

/** `no_token`: Saleor gave none, since the person lacks a permission that the extension was installed with. */
type Handshake = "waiting" | "ready" | "no_token";

/**
 * The bridge throws on an empty token and stays unready for good (app-sdk 1.15.0, read 2026-08), so that one is listened
 * for here.
 */
export function useHandshake(): Handshake {
  const isReady = useIsHandshaken();
  const [hasNoToken, setHasNoToken] = useState(false);
  useEffect(() => {
    const look = ({ data }: MessageEvent<{ type?: string; payload?: { token?: unknown } } | null>) => {
      if (data?.type === "handshake" && !data.payload?.token) setHasNoToken(true);
    };
    window.addEventListener("message", look);
    return () => window.removeEventListener("message", look);
  }, []);
  if (isReady) return "ready";
  return hasNoToken ? "no_token" : "waiting";
}

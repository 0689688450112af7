import { useRouter } from "next/router";
import { useEffect, useRef } from "react";
import type { ConnectionView } from "@/dashboard/api/views";
import { useInfo } from "../shell/info";
import { isFirstRun, setupPath } from "./steps";

/** Once for each opening of the app: whoever goes back to the overview wants the overview. */
let hasOpened = false;

/** Whether the overview makes way for the first run. It does while nothing was ever sent and nobody has put it aside. */
export function useOpensByItself(connections: readonly ConnectionView[] | undefined): boolean {
  const router = useRouter();
  const { setup, permissions } = useInfo();
  const decided = useRef<boolean | null>(null);
  if (connections && decided.current === null)
    decided.current = !hasOpened && setup === null && permissions.manageApps && isFirstRun(connections);
  const opens = decided.current === true;
  const isKnown = connections !== undefined;
  const { replace } = router;
  useEffect(() => {
    if (isKnown) hasOpened = true;
    if (opens) void replace(setupPath());
  }, [isKnown, opens, replace]);
  return opens;
}

import { useEffect, useRef, useState } from "react";
import type { RunView } from "@/dashboard/api/views";
import { RateMeter, roundedLeft } from "./rate";

interface ShownRate {
  perSecond: number | null;
  left: ReturnType<typeof roundedLeft> | null;
}

const NOTHING: ShownRate = { perSecond: null, left: null };

/** Read once a second while the run is shown: text that changes faster cannot be read. */
export function useRate(run: RunView, total: number | null): ShownRate {
  const latest = useRef({ run, total });
  latest.current = { run, total };
  const [shown, setShown] = useState<ShownRate>(NOTHING);
  useEffect(() => {
    const meter = new RateMeter();
    const look = () => {
      meter.add(Date.now(), latest.current.run.done);
      const { perSecond, secondsLeft } = meter.read(latest.current.total);
      setShown({ perSecond, left: secondsLeft === null ? null : roundedLeft(secondsLeft) });
    };
    look();
    const timer = setInterval(look, 1_000);
    return () => clearInterval(timer);
  }, []);
  return run.state === "running" ? shown : NOTHING;
}

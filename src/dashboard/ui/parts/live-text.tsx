/** The page's one polite live region: speaks at most every ten seconds, and at once when `urgent` changes. */
import { useEffect, useRef, useState } from "react";

const QUIET_MS = 10_000;

export const LiveText = ({ text, urgent }: { text: string; urgent: string }) => {
  const [said, setSaid] = useState(text);
  const last = useRef({ at: 0, urgent });
  useEffect(() => {
    const now = Date.now();
    if (now - last.current.at < QUIET_MS && last.current.urgent === urgent) return;
    last.current = { at: now, urgent };
    setSaid(text);
  }, [text, urgent]);
  return (
    <span className="crm-hidden" aria-live="polite">
      {said}
    </span>
  );
};

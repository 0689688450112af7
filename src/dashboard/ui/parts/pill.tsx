import type { ReactNode } from "react";

export type Tone = "neutral" | "info" | "ok" | "warn" | "bad";

export const Pill = ({ tone, children }: { tone: Tone; children: ReactNode }) => (
  <span
    className={`crm-pill crm-pill-${tone}`}
    style={tone === "neutral" ? undefined : { background: `var(--crm-${tone}-bg)`, color: `var(--crm-${tone}-fg)` }}
  >
    {children}
  </span>
);

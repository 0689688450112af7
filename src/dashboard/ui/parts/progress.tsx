interface ProgressProps {
  label: string;
  done: number;
  /** `null`: not known, the bar slides. */
  total: number | null;
}

export const Progress = ({ label, done, total }: ProgressProps) => {
  const isKnown = total !== null && total > 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={isKnown ? total : undefined}
      aria-valuenow={isKnown ? Math.min(done, total) : undefined}
      className={isKnown ? "crm-bar" : "crm-bar crm-bar-unknown"}
    >
      <div style={isKnown ? { width: `${Math.min(100, (done / total) * 100)}%` } : undefined} />
    </div>
  );
};

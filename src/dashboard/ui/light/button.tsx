import type { ReactNode } from "react";

interface ButtonProps {
  isPrimary?: boolean;
  isBusy?: boolean;
  disabled?: boolean;
  onClick(): void;
  children: ReactNode;
}

/** Looks as macaw's; keeps its label and its place in the order while it works. */
export const Button = ({ isPrimary, isBusy, disabled, onClick, children }: ButtonProps) => (
  <button
    type="button"
    className={`crm-light-button${isPrimary ? " crm-light-primary" : ""}`}
    aria-busy={isBusy || undefined}
    aria-disabled={isBusy || disabled || undefined}
    onClick={() => {
      if (!isBusy && !disabled) onClick();
    }}
  >
    {isBusy ? <span className="crm-light-spinner" aria-hidden /> : null}
    {children}
  </button>
);

import { Button, Spinner } from "@saleor/macaw-ui";
import type { ComponentProps } from "react";

/** Keeps its label while it works. */
export const BusyButton = ({ isBusy, disabled, icon, ...rest }: ComponentProps<typeof Button> & { isBusy: boolean }) => (
  <Button {...rest} disabled={disabled || isBusy} icon={isBusy ? <Spinner /> : icon} aria-busy={isBusy || undefined} />
);

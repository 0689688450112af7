import { Text } from "@saleor/macaw-ui";
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

export type CalloutTone = "info" | "warning" | "error";

const ICONS = { info: Info, warning: TriangleAlert, error: CircleAlert };
const COLOURS = {
  info: "var(--mu-colors-text-default2)",
  warning: "var(--mu-colors-text-warning1)",
  error: "var(--mu-colors-text-critical1)",
};

interface CalloutProps {
  tone: CalloutTone;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  /** Appears after something the person did: read out at once. */
  isNews?: boolean;
}

export const Callout = ({ tone, title, children, actions, isNews }: CalloutProps) => {
  const Icon = ICONS[tone];
  return (
    <div className="crm-callout" role={isNews ? "alert" : undefined}>
      <Icon size={16} color={COLOURS[tone]} aria-hidden />
      <div className="crm-callout-text">
        <Text as="p" size={3} fontWeight="medium">
          {title}
        </Text>
        {children ? <div className="crm-muted">{children}</div> : null}
        {actions ? <div className="crm-row">{actions}</div> : null}
      </div>
    </div>
  );
};

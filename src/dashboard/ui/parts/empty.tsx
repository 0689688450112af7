import { Text } from "@saleor/macaw-ui";
import type { ReactNode } from "react";

export const Empty = ({ icon, title, text, action }: { icon: ReactNode; title: string; text: string; action?: ReactNode }) => (
  <div className="crm-empty">
    <span className="crm-empty-icon" aria-hidden>
      {icon}
    </span>
    <Text as="h2" size={5} fontWeight="bold">
      {title}
    </Text>
    <Text as="p" size={3} color="default2">
      {text}
    </Text>
    {action}
  </div>
);

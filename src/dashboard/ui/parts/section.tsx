import { Text } from "@saleor/macaw-ui";
import { type ReactNode, useId } from "react";

interface SectionProps {
  title: ReactNode;
  hint?: ReactNode;
  end?: ReactNode;
  children: ReactNode;
}

export const Section = ({ title, hint, end, children }: SectionProps) => {
  const id = useId();
  return (
    <section className="crm-section" aria-labelledby={id}>
      <div className="crm-section-head">
        <div>
          <Text as="h2" id={id} size={5} fontWeight="bold">
            {title}
          </Text>
          {hint ? (
            <Text as="p" size={2} color="default2">
              {hint}
            </Text>
          ) : null}
        </div>
        {end}
      </div>
      <div className="crm-section-body">{children}</div>
    </section>
  );
};

import { Button } from "@saleor/macaw-ui";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Section } from "../parts/section";
import { useGo } from "../shell/leave";
import { type Step, setupPath } from "./steps";

/** The question, why it is asked, and what answers it. */
export const Question = ({ title, why, children }: { title: string; why: string; children: ReactNode }) => (
  <Section title={title} hint={why}>
    {children}
  </Section>
);

export const Next = ({ step }: { step: Step }) => {
  const t = useTranslations();
  const go = useGo();
  return (
    <Button variant="primary" onClick={() => go(setupPath(step))}>
      {t("setup.continue")}
    </Button>
  );
};

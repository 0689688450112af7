import { Check } from "lucide-react";
import { useTranslations } from "use-intl";
import { AppLink } from "../shell/leave";
import { type Setup, STEPS, type Step, setupPath } from "./steps";

/** Where we are. Done steps lead back; on a narrow page it is one line. */
export const StepList = ({ setup, current }: { setup: Setup; current: Step | null }) => {
  const t = useTranslations();
  const number = current ? STEPS.indexOf(current) + 1 : STEPS.length;
  return (
    <nav aria-label={t("setup.steps")} className="crm-steps">
      {current ? (
        <p className="crm-steps-short">{t("setup.stepOf", { number, total: STEPS.length, step: t(`setup.step.${current}`) })}</p>
      ) : null}
      <ol>
        {STEPS.map((step, index) => (
          <li key={step} aria-current={step === current ? "step" : undefined}>
            <span className="crm-step-sign" aria-hidden>
              {setup.done.has(step) ? <Check size={12} /> : index + 1}
            </span>
            <StepName step={step} setup={setup} current={current} />
          </li>
        ))}
      </ol>
    </nav>
  );
};

const StepName = ({ step, setup, current }: { step: Step; setup: Setup; current: Step | null }) => {
  const t = useTranslations();
  const isDone = setup.done.has(step);
  const name = t(`setup.step.${step}`);
  return (
    <span>
      {isDone && step !== current && step !== "provider" && step !== "connect" ? <AppLink href={setupPath(step)}>{name}</AppLink> : name}
      {isDone ? <span className="crm-hidden"> {t("setup.isDone")}</span> : null}
    </span>
  );
};

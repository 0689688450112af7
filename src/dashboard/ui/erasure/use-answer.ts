import { useTranslations } from "use-intl";
import type { ErasureView } from "@/dashboard/api/views";
import { useSayFor } from "../text";

type Step = ErasureView["steps"][number];

const OWN = ["erased", "archived", "tagged", "not_there", "identity_in_use", "not_set_up"] as const;

/** What an answer means, in a sentence: the provider's own where it has one. */
export function useAnswers(): (step: Step) => string {
  const t = useTranslations();
  const sayFor = useSayFor();
  return ({ state, answer, provider, title }) => {
    if (state === "lost") return t("erase.lost");
    const text = sayFor(provider, title);
    const own = OWN.find((code) => code === answer);
    if (own) return text.say(`removed.${own}`) ?? t(`erase.answer.${own}`, { title });
    return answer ? text.reason(answer) : t("erase.notYet");
  };
}

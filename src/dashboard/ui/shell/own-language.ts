import { useEffect, useState } from "react";
import { useLocale } from "use-intl";
import { chooseLanguage, type Language } from "./locale";

const LONGEST_WAIT_MS = 5_000;

/**
 * Whether the page speaks the person's own language by now. Once it does, a change of mind does not take the page away.
 * @param wanted `undefined`: the server has not said it yet; `null`: as the Dashboard.
 */
export function useOwnLanguage(wanted: Language | null | undefined): boolean {
  const locale = useLocale();
  const [isSettled, setSettled] = useState(false);
  useEffect(() => {
    if (wanted !== undefined) chooseLanguage(wanted);
  }, [wanted]);
  const isSpoken = isSettled || (wanted !== undefined && (wanted === null || wanted === locale));
  useEffect(() => {
    if (isSpoken) return setSettled(true);
    // Its words may not come: then the page is shown in the language that is there.
    const timer = setTimeout(() => setSettled(true), LONGEST_WAIT_MS);
    return () => clearTimeout(timer);
  }, [isSpoken]);
  return isSpoken;
}

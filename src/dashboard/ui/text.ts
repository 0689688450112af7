/** Words for codes. A provider's own catalogue is asked first, then ours; an unknown code is still said, readably. */
import { useTranslations } from "use-intl";

type Values = Record<string, string | number>;

/** `required_field_missing:BIRTHDAY` -> its message, with the part after the colon as `{detail}`. */
export function splitCode(code: string): { base: string; detail: string } {
  const colon = code.indexOf(":");
  return colon < 0 ? { base: code, detail: "" } : { base: code.slice(0, colon), detail: code.slice(colon + 1) };
}

/** The pages' own words, or the provider's where it says the same better: `ui.<key>` in its messages ("site" for "audience"). */
export function useWords(provider: string) {
  const t = useTranslations();
  return (key: string, values?: Values): string => {
    const own = `provider.${provider}.ui.${key}`;
    return t.has(own) ? t(own, values) : t(key, values);
  };
}

export function useProviderText(provider: string, title: string) {
  return textOf(useTranslations(), provider, title);
}

/** The same for whichever provider turns up: a list may speak of several. */
export function useSayFor() {
  const t = useTranslations();
  return (provider: string, title: string) => textOf(t, provider, title);
}

function textOf(t: ReturnType<typeof useTranslations>, provider: string, title: string) {
  const say = (key: string, values: Values = {}): string | null => {
    const own = `provider.${provider}.${key}`;
    return t.has(own) ? t(own, { title, ...values }) : null;
  };
  const coded = (kinds: readonly string[], code: string, values: Values = {}): string | null => {
    const { base, detail } = splitCode(code);
    const all = { title, code: base.replaceAll("_", " "), detail, ...values };
    for (const kind of kinds) {
      const own = say(`${kind}.${base}`, all);
      if (own !== null) return own;
      if (t.has(`${kind}.${base}`)) return t(`${kind}.${base}`, all);
    }
    return null;
  };
  return {
    say,
    reason: (code: string) =>
      coded(["reason", "errors"], code) ?? t("reason.unknown", { title, code: splitCode(code).base.replaceAll("_", " ") }),
    note: (code: string) => coded(["notes"], code),
    checked: (code: string) => coded(["checks"], code) ?? code,
    error: (code: string) => coded(["errors", "reason"], code) ?? t("errors.unknown"),
    /** `amount`: how sure the count is, `exact`, `about`, `most` or `unknown`. */
    consequence: (code: string, { count, amount }: { count: number; amount: string }) => coded(["consequences"], code, { count, amount }),
  };
}

/**
 * Language of the pages: the person's own choice, else the Dashboard's. The Dashboard says its in a message after its
 * handshake, at times before this code is there (`public/dashboard-language.js` listens from the start); text waits for it, at
 * most 300 ms. English is at hand, any other language is fetched when it is wanted.
 */
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { IntlProvider } from "use-intl";
import { providerMessages } from "@/providers/messages";
import en from "../messages/en.json";
import { dashboardBridge } from "./bridge";

const WAIT_MS = 300;

export const LANGUAGES = ["en", "ru"] as const;
export type Language = (typeof LANGUAGES)[number];
type Messages = typeof en;

const fetched: Record<Exclude<Language, "en">, () => Promise<Messages>> = {
  ru: async () => (await import("../messages/ru.json")).default as Messages,
};

export function languageOf(code: string): Language {
  const language = code.split("-")[0]?.toLowerCase() ?? "";
  return LANGUAGES.find((known) => known === language) ?? "en";
}

/** The person's own choice, once the server has said it. */
let chosen: Language | null = null;
const listeners = new Set<() => void>();

export function chooseLanguage(language: Language | null): void {
  chosen = language;
  for (const tell of listeners) tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const useChosenLanguage = () =>
  useSyncExternalStore(
    subscribe,
    () => chosen,
    () => null,
  );

declare global {
  interface Window {
    /** What the Dashboard said before our own code could listen: `public/dashboard-language.js`. */
    dashboardSaid?: { locale: string | null };
  }
}

function languageSaid(): Language | null {
  const locale = window.dashboardSaid?.locale;
  return locale ? languageOf(locale) : null;
}

function useDashboardLanguage(): Language | null {
  const [language, setLanguage] = useState(languageSaid);
  useEffect(() => {
    const line = dashboardBridge();
    const stop = line.subscribe("localeChanged", ({ locale }) => setLanguage(languageOf(locale)));
    // Said between the first drawing and this.
    setLanguage((known) => languageSaid() ?? known);
    const timer = setTimeout(() => setLanguage((known) => known ?? languageOf(line.getState().locale)), WAIT_MS);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  return language;
}

/** Nothing is shown in a wrong language first: `waiting` stands until the language is known. */
export const DashboardLanguage = ({ waiting, children }: { waiting: ReactNode; children: ReactNode }) => {
  const dashboard = useDashboardLanguage();
  const own = useChosenLanguage();
  const language = own ?? dashboard;
  return language ? (
    <InLanguage language={language} waiting={waiting}>
      {children}
    </InLanguage>
  ) : (
    waiting
  );
};

/** A change of language leaves the page as it is until the new words are there. */
const InLanguage = ({ language, waiting, children }: { language: Language; waiting: ReactNode; children: ReactNode }) => {
  const spoken = useMessages(language);
  useEffect(() => {
    if (spoken) document.documentElement.lang = spoken.language;
  }, [spoken]);
  if (!spoken) return waiting;
  return <Speaking {...spoken}>{children}</Speaking>;
};

interface Spoken {
  language: Language;
  messages: Messages;
}

function useMessages(language: Language): Spoken | null {
  const [spoken, setSpoken] = useState<Spoken | null>(language === "en" ? { language, messages: en } : null);
  useEffect(() => {
    if (language === "en") return setSpoken({ language, messages: en });
    let isWanted = true;
    // Words that cannot be fetched leave English, which is better than nothing.
    fetched[language]()
      .then((messages) => isWanted && setSpoken({ language, messages }))
      .catch(() => isWanted && setSpoken((before) => before ?? { language: "en", messages: en }));
    return () => {
      isWanted = false;
    };
  }, [language]);
  return spoken;
}

/** A page outside the Dashboard. */
export const InEnglish = ({ children }: { children: ReactNode }) => (
  <Speaking language="en" messages={en}>
    {children}
  </Speaking>
);

const Speaking = ({ language, messages, children }: Spoken & { children: ReactNode }) => (
  <IntlProvider
    locale={language}
    messages={{ ...messages, provider: providerMessages(language) }}
    timeZone={Intl.DateTimeFormat().resolvedOptions().timeZone}
    onError={() => {}}
    getMessageFallback={({ key }) => key}
  >
    {children}
  </IntlProvider>
);

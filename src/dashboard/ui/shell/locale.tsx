/** Language of the pages. The Dashboard says it in a message after its handshake; text waits for it, at most 300 ms. */
import { type ReactNode, useEffect, useState } from "react";
import { IntlProvider } from "use-intl";
import { providerMessages } from "@/providers/messages";
import en from "../messages/en.json";
import { dashboardBridge } from "./bridge";

const WAIT_MS = 300;

const catalogues: Record<string, typeof en> = { en };

export function languageOf(code: string): string {
  const language = code.split("-")[0]?.toLowerCase() ?? "";
  return language in catalogues ? language : "en";
}

export const messagesFor = (language: string) => ({ ...(catalogues[language] ?? en), provider: providerMessages(language) });

function useDashboardLanguage(): string | null {
  const [language, setLanguage] = useState<string | null>(null);
  useEffect(() => {
    const line = dashboardBridge();
    const stop = line.subscribe("localeChanged", ({ locale }) => setLanguage(languageOf(locale)));
    const timer = setTimeout(() => setLanguage((known) => known ?? languageOf(line.getState().locale)), WAIT_MS);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  useEffect(() => {
    if (language) document.documentElement.lang = language;
  }, [language]);
  return language;
}

/** Nothing is shown in a wrong language first: `waiting` stands until the language is known. */
export const DashboardLanguage = ({ waiting, children }: { waiting: ReactNode; children: ReactNode }) => {
  const language = useDashboardLanguage();
  return language ? <Language language={language}>{children}</Language> : waiting;
};

export const Language = ({ language, children }: { language: string; children: ReactNode }) => (
  <IntlProvider
    locale={language}
    messages={messagesFor(language)}
    timeZone={Intl.DateTimeFormat().resolvedOptions().timeZone}
    onError={() => {}}
    getMessageFallback={({ key }) => key}
  >
    {children}
  </IntlProvider>
);

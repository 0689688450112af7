/**
 * Moves inside the app. Unsaved work asks first: a page with some registers a guard, every link of ours goes through
 * `useGo`. Leaving by the Dashboard or closing the tab cannot be held up by anybody.
 */
import NextLink from "next/link";
import { useRouter } from "next/router";
import { createContext, type MouseEvent, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import { Confirm } from "../parts/confirm";

interface LeaveContext {
  go(path: string): void;
  /** The name of what would be lost, or null. */
  guard(what: string | null): void;
}

const Leave = createContext<LeaveContext | null>(null);

export const LeaveProvider = ({ children }: { children: ReactNode }) => {
  const t = useTranslations();
  const router = useRouter();
  const [unsaved] = useState<{ what: string | null }>({ what: null });
  const [asked, setAsked] = useState<string | null>(null);
  const push = useCallback(
    (path: string) => {
      unsaved.what = null;
      setAsked(null);
      void router.push(path);
    },
    [router, unsaved],
  );
  const context = useMemo<LeaveContext>(
    () => ({
      go: (path) => (unsaved.what === null ? push(path) : setAsked(path)),
      guard: (what) => {
        unsaved.what = what;
      },
    }),
    [push, unsaved],
  );
  return (
    <Leave.Provider value={context}>
      {children}
      <Confirm
        open={asked !== null}
        title={t("leave.title")}
        body={t("leave.body", { what: unsaved.what ?? "" })}
        back={t("leave.back")}
        verb={t("leave.verb")}
        onBack={() => setAsked(null)}
        onConfirm={() => asked && push(asked)}
      />
    </Leave.Provider>
  );
};

function useLeave(): LeaveContext {
  const context = useContext(Leave);
  if (!context) throw new Error("LeaveProvider is missing");
  return context;
}

export const useGo = () => useLeave().go;
export const useLeaveGuard = () => useLeave().guard;

interface AppLinkProps {
  href: string;
  children: ReactNode;
  current?: boolean;
  className?: string;
}

export const AppLink = ({ href, children, current, className = "crm-link" }: AppLinkProps) => {
  const go = useGo();
  const follow = (event: MouseEvent) => {
    event.preventDefault();
    go(href);
  };
  return (
    <NextLink href={href} className={className} aria-current={current ? "page" : undefined} onClick={follow}>
      {children}
    </NextLink>
  );
};

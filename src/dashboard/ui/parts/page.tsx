/** A page under the Dashboard's own header, which already says our name: title, at most one callout, content, save bar. */
import { Text } from "@saleor/macaw-ui";
import { ChevronLeft } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { useTranslations } from "use-intl";
import { AppLink } from "../shell/leave";

interface PageProps {
  title: string;
  pill?: ReactNode;
  actions?: ReactNode;
  hasWayBack?: boolean;
  nav?: ReactNode;
  callout?: ReactNode;
  footer?: ReactNode;
  isBusy?: boolean;
  children: ReactNode;
}

export const Page = (p: PageProps) => {
  useEffect(() => {
    document.title = p.title;
  }, [p.title]);
  return (
    <div className="crm-page" aria-busy={p.isBusy || undefined}>
      <header className="crm-header">
        <div className="crm-header-title">
          {p.hasWayBack ? <WayBack /> : null}
          <Text as="h1" tabIndex={-1} size={5} fontWeight="bold">
            {p.title}
          </Text>
          {p.pill}
        </div>
        {p.actions ? <div className="crm-row">{p.actions}</div> : null}
      </header>
      {p.nav}
      <div className="crm-body">
        {p.callout}
        {p.children}
      </div>
      {p.footer}
    </div>
  );
};

const WayBack = () => {
  const t = useTranslations();
  return (
    <AppLink href="/">
      <span className="crm-row">
        <ChevronLeft size={16} aria-hidden />
        {t("nav.overview")}
      </span>
    </AppLink>
  );
};

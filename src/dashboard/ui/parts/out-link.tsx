import { ExternalLink } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useDashboard } from "../shell/dashboard";

/** A page of somebody else. The Dashboard opens it: a tab of ours would be sandboxed, or not open at all (3.21). */
export const OutLink = ({ href, children }: { href: string; children: ReactNode }) => {
  const t = useTranslations();
  const { openTab } = useDashboard();
  return (
    <a
      href={href}
      className="crm-link-line"
      onClick={(event) => {
        event.preventDefault();
        openTab(href);
      }}
    >
      {children} <ExternalLink size={12} aria-hidden style={{ verticalAlign: "-1px" }} />
      <span className="crm-hidden">{t("common.newTab")}</span>
    </a>
  );
};

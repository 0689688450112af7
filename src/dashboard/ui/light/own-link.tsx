import { actions } from "@saleor/app-sdk/app-bridge";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { dashboardBridge } from "../shell/bridge";
import { ownPageIn } from "./address";

/** A page of this app, in a tab that the Dashboard opens: from here it would only change the address (dashboard 3.23.27). */
export const OwnLink = ({ path, label, children }: { path: string; label?: string; children: ReactNode }) => {
  const t = useTranslations();
  const line = dashboardBridge();
  const to = ownPageIn(line.getState().id, path);
  return (
    <a
      href={to}
      className="crm-link-line"
      aria-label={label ? `${label} ${t("common.newTab")}` : undefined}
      onClick={(event) => {
        event.preventDefault();
        line.dispatch(actions.Redirect({ to, newContext: true })).catch(() => {});
      }}
    >
      {children}
      {label ? null : <span className="crm-hidden"> {t("common.newTab")}</span>}
    </a>
  );
};

import { useTranslations } from "use-intl";
import { NavRow } from "./nav-row";

type ConnectionPage = "status" | "settings" | "fields" | "consent" | "activity" | "runs";

export const ConnectionNav = ({ id, current }: { id: string; current: ConnectionPage }) => {
  const t = useTranslations();
  return (
    <NavRow
      label={t("nav.connection")}
      items={[
        { href: `/c/${id}`, label: t("nav.status"), current: current === "status" },
        { href: `/c/${id}/settings`, label: t("nav.settings"), current: current === "settings" },
        { href: `/c/${id}/fields`, label: t("nav.fields"), current: current === "fields" },
        { href: `/c/${id}/consent`, label: t("nav.consent"), current: current === "consent" },
        { href: `/c/${id}/activity`, label: t("nav.activity"), current: current === "activity" },
        { href: `/c/${id}/runs`, label: t("nav.runs"), current: current === "runs" },
      ]}
    />
  );
};

import { useTranslations } from "use-intl";
import { NavRow } from "./nav-row";

export const ConnectionNav = ({ id, current }: { id: string; current: "status" | "settings" | "activity" | "runs" }) => {
  const t = useTranslations();
  return (
    <NavRow
      label={t("nav.connection")}
      items={[
        { href: `/c/${id}`, label: t("nav.status"), current: current === "status" },
        { href: `/c/${id}/settings`, label: t("nav.settings"), current: current === "settings" },
        { href: `/c/${id}/activity`, label: t("nav.activity"), current: current === "activity" },
        { href: `/c/${id}/runs`, label: t("nav.runs"), current: current === "runs" },
      ]}
    />
  );
};

/** Newer and older, by key: no page numbers over a million rows. */
import { Button } from "@saleor/macaw-ui";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useId } from "react";
import { useTranslations } from "use-intl";
import type { ActivityPage } from "@/dashboard/api/views";
import { useGo } from "../shell/leave";
import { type ActivityFilter, activityPath } from "./use-filter";

const SIZES = [50, 100, 500];

interface PagerProps {
  filter: ActivityFilter;
  page: ActivityPage;
  limit: number;
  onLimit(limit: number): void;
}

export const Pager = ({ filter, page, limit, onLimit }: PagerProps) => {
  const t = useTranslations();
  const id = useId();
  const go = useGo();
  const show = (place: { after?: string; before?: string }) =>
    go(activityPath(filter.connectionId, { state: filter.state, reason: filter.reason, ...place }));
  return (
    <nav className="crm-pager" aria-label={t("activity.pages")}>
      <div className="crm-row">
        <label htmlFor={id}>{t("activity.perPage")}</label>
        <select id={id} className="crm-select" value={limit} onChange={(event) => onLimit(Number(event.target.value))}>
          {SIZES.map((size) => (
            <option key={size} value={size}>
              {t("common.number", { count: size })}
            </option>
          ))}
        </select>
      </div>
      <div className="crm-row">
        <Button
          variant="secondary"
          size="small"
          disabled={!page.newer}
          icon={<ChevronLeft size={16} aria-hidden />}
          onClick={() => page.newer && show({ before: page.newer })}
        >
          {t("activity.newer")}
        </Button>
        <Button variant="secondary" size="small" disabled={!page.older} onClick={() => page.older && show({ after: page.older })}>
          {t("activity.older")}
          <ChevronRight size={16} aria-hidden />
        </Button>
      </div>
    </nav>
  );
};

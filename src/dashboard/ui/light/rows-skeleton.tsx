import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";

const SLOW_MS = 10_000;
const ROWS = ["70%", "82%", "64%"];

/** The shape of the rows that are on their way. With `who` it says for whom we wait once it takes long. */
export const RowsSkeleton = ({ who }: { who?: string }) => (
  <div aria-busy>
    <div aria-hidden>
      {ROWS.map((width) => (
        <div key={width} className="crm-light-skeleton" style={{ width }} />
      ))}
    </div>
    {who ? <Slow who={who} /> : null}
  </div>
);

const Slow = ({ who }: { who: string }) => {
  const t = useTranslations();
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p role="status" className="crm-muted">
      {isSlow ? t("common.stillWaiting", { who }) : null}
    </p>
  );
};

import { Skeleton, Text } from "@saleor/macaw-ui";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslations } from "use-intl";

const WIDTHS = ["90%", "84%", "76%", "88%", "64%"];
const SLOW_MS = 10_000;

/** The shape of a card that is on its way. */
export const CardSkeleton = ({ lines = 3 }: { lines?: number }) => (
  <div className="crm-section" aria-hidden>
    <div className="crm-section-body">
      <Skeleton height={4} __width="12rem" />
      {WIDTHS.slice(0, lines).map((width) => (
        <Skeleton key={width} height={3} __width={width} />
      ))}
    </div>
  </div>
);

/** Says for whom we wait once it takes long. */
export const SlowNote = ({ who, action }: { who: string; action?: ReactNode }) => {
  const t = useTranslations();
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return isSlow ? (
    <div className="crm-row" role="status">
      <Text size={3} color="default2">
        {t("common.stillWaiting", { who })}
      </Text>
      {action}
    </div>
  ) : null;
};

/** On a customer's page in the Dashboard: where this customer stands with every provider, and "Sync now". */
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { StandingsView } from "@/dashboard/api/views";
import { customerIn } from "./address";
import { Button } from "./button";
import { Note } from "./note";
import { OwnLink } from "./own-link";
import { RowsSkeleton } from "./rows-skeleton";
import { StandingRow } from "./standing-row";
import { Trouble } from "./trouble";
import { useStandings } from "./use-standings";
import { takesMore, useSyncNow } from "./use-sync-now";

export const CustomerStandings = ({ isPopup }: { isPopup: boolean }) => {
  const t = useTranslations();
  const [customerId] = useState(() => customerIn(window.location.search));
  return customerId ? (
    <Known customerId={customerId} isPopup={isPopup} />
  ) : (
    <Note heading={t("standing.heading")} title={t("standing.nobody")} />
  );
};

const Known = ({ customerId, isPopup }: { customerId: string; isPopup: boolean }) => {
  const t = useTranslations();
  const heading = t("standing.heading");
  const { view, error, refresh } = useStandings([customerId]);
  if (error) return <Trouble heading={heading} error={error} isPopup={isPopup} onRetry={refresh} />;
  if (!view) return <RowsSkeleton who={t("common.thisApp")} />;
  if (view.standings.length === 0) {
    return (
      <Note
        heading={heading}
        title={t("standing.none")}
        action={view.mayManage ? <OwnLink path="/">{t("standing.setUp")}</OwnLink> : null}
      />
    );
  }
  return <Rows view={view} customerId={customerId} refresh={refresh} />;
};

const Rows = ({ view, customerId, refresh }: { view: StandingsView; customerId: string; refresh(): Promise<void> }) => {
  const t = useTranslations();
  const { sent, isBusy, sync } = useSyncNow(customerId, refresh);
  return (
    <>
      <h1 className="crm-hidden">{t("standing.heading")}</h1>
      <ul className="crm-light-rows" aria-live="polite">
        {view.standings.map((standing) => (
          <StandingRow key={standing.connectionId} standing={standing} customerId={customerId} sent={sent[standing.connectionId]} />
        ))}
      </ul>
      {view.standings.some(takesMore) ? (
        <Button isBusy={isBusy} onClick={() => void sync(view.standings)}>
          {t("syncOne.now")}
        </Button>
      ) : null}
    </>
  );
};

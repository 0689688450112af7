/** From the menu of the customer list: the ticked customers, sent now. */
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { StandingsView } from "@/dashboard/api/views";
import { customersIn } from "./address";
import { Button } from "./button";
import { Note } from "./note";
import { OwnLink } from "./own-link";
import { RowsSkeleton } from "./rows-skeleton";
import { SelectedRow } from "./selected-row";
import { Trouble } from "./trouble";
import { useStandings } from "./use-standings";
import { takesMore } from "./use-sync-now";
import { useSyncSelected } from "./use-sync-selected";

export const SelectedPopup = () => {
  const t = useTranslations();
  const [customerIds] = useState(() => customersIn(window.location.search));
  return (
    <div className="crm-light-popup">
      {customerIds.length === 0 ? (
        <Note heading={t("selected.heading")} title={t("selected.nobody")} text={t("selected.tickFirst")} />
      ) : (
        <Ticked customerIds={customerIds} />
      )}
    </div>
  );
};

const Ticked = ({ customerIds }: { customerIds: string[] }) => {
  const t = useTranslations();
  const heading = t("selected.heading");
  const { view, error, refresh } = useStandings(customerIds);
  if (error) return <Trouble heading={heading} error={error} isPopup onRetry={refresh} />;
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
  return <Choice view={view} customerIds={customerIds} />;
};

const Choice = ({ view, customerIds }: { view: StandingsView; customerIds: string[] }) => {
  const t = useTranslations();
  const takers = view.standings.filter(takesMore);
  const [chosen, setChosen] = useState<readonly string[]>(() => takers.map(({ connectionId }) => connectionId));
  const { progress, isBusy, isDone, sync } = useSyncSelected(customerIds);
  const choose = (id: string, isChosen: boolean) => setChosen((known) => (isChosen ? [...known, id] : known.filter((one) => one !== id)));
  return (
    <>
      <h1 className="crm-light-title">{isDone ? t("selected.heading") : t("selected.title", { count: customerIds.length })}</h1>
      <fieldset className="crm-light-choices">
        <legend className="crm-muted">{t("selected.where")}</legend>
        {view.standings.map((standing) => (
          <SelectedRow
            key={standing.connectionId}
            standing={standing}
            isChosen={chosen.includes(standing.connectionId)}
            isFixed={isBusy || isDone || !takesMore(standing)}
            progress={progress[standing.connectionId]}
            total={customerIds.length}
            onChoose={(isChosen) => choose(standing.connectionId, isChosen)}
          />
        ))}
      </fieldset>
      <p role="status" className="crm-muted">
        {isDone ? t("selected.done") : isBusy ? t("selected.going") : ""}
      </p>
      {isDone ? null : (
        <Button isPrimary isBusy={isBusy} disabled={chosen.length === 0} onClick={() => void sync(chosen)}>
          {t("selected.verb", { count: customerIds.length })}
        </Button>
      )}
    </>
  );
};

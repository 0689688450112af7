/** What the pages of rules have in common: they wait for the connection and its rules, and say so when either fails. */
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/router";
import { type FormEvent, Fragment, type KeyboardEvent, type ReactNode, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView, RulesView } from "@/dashboard/api/views";
import { Callout } from "../parts/callout";
import { ConnectionNav } from "../parts/connection-nav";
import { Failed } from "../parts/failed";
import { HealthPill } from "../parts/health-pill";
import { Page } from "../parts/page";
import { CardSkeleton, SlowNote } from "../parts/skeletons";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { useLeaveGuard } from "../shell/leave";

interface FrameParts {
  footer: ReactNode;
  onSubmit(): void;
}

export interface RulesPartProps {
  connection: ConnectionView;
  rules: RulesView;
  readOnly: boolean;
  onReload(): void;
  frame(parts: FrameParts, children: ReactNode): ReactNode;
}

interface RulesPageProps {
  current: "fields" | "consent";
  title: string;
  children(parts: RulesPartProps): ReactNode;
}

export const RulesPage = ({ current, title, children }: RulesPageProps) => {
  const t = useTranslations();
  const id = String(useRouter().query.connection);
  const { permissions } = useInfo();
  const { connections, mapping } = useTRPC();
  const connection = useQuery(connections.get.queryOptions({ id }, { refetchInterval: 10_000 }));
  const rules = useQuery(mapping.rules.queryOptions({ id }, { refetchOnWindowFocus: false, staleTime: Number.POSITIVE_INFINITY }));
  const [edition, setEdition] = useState(0);
  const reload = async () => {
    await rules.refetch();
    setEdition((before) => before + 1);
  };
  const failed = connection.error ?? rules.error;
  const nav = <ConnectionNav id={id} current={current} />;
  if (!connection.data || !rules.data) {
    return (
      <Page title={connection.data?.title ?? title} hasWayBack nav={nav} isBusy={!failed}>
        {failed ? (
          <Failed title={t("failed.rules")} error={failed} onRetry={() => Promise.all([connection.refetch(), rules.refetch()])} />
        ) : (
          <>
            <CardSkeleton lines={2} />
            <CardSkeleton lines={5} />
            <SlowNote who={t("common.thisApp")} />
          </>
        )}
      </Page>
    );
  }
  const found = connection.data;
  const readOnly = !permissions.manageApps;
  const callout = readOnly ? (
    <Callout tone="info" title={t("permission.lookOnly")}>
      {t("permission.ask")}
    </Callout>
  ) : null;
  const frame = ({ footer, onSubmit }: FrameParts, content: ReactNode) => (
    <form onSubmit={(event) => submitBy(event, onSubmit)} onKeyDown={(event) => saveByKeys(event, onSubmit)} noValidate>
      <Page title={found.title} hasWayBack pill={<HealthPill connection={found} />} nav={nav} footer={footer} callout={callout}>
        {content}
      </Page>
    </form>
  );
  return (
    <Fragment key={`${id}-${edition}`}>{children({ connection: found, rules: rules.data, readOnly, onReload: reload, frame })}</Fragment>
  );
};

function submitBy(event: FormEvent, onSubmit: () => void): void {
  event.preventDefault();
  onSubmit();
}

/** With Ctrl or Cmd; Enter alone in one of many fields saves nothing. */
function saveByKeys(event: KeyboardEvent, onSubmit: () => void): void {
  if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
  if (event.metaKey || event.ctrlKey) onSubmit();
  event.preventDefault();
}

export function useGuard(unsaved: string | null): void {
  const guard = useLeaveGuard();
  useEffect(() => {
    guard(unsaved);
    return () => guard(null);
  }, [guard, unsaved]);
}

import { Button, Text } from "@saleor/macaw-ui";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { Callout } from "../parts/callout";
import { Section } from "../parts/section";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { StartButton } from "./start-button";
import { type Probe, useProbe } from "./use-probe";

export const BeforeRun = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  return (
    <Section title={t("fullSync.title")} hint={t("fullSync.hint", { target: connection.target?.name ?? connection.title })}>
      <StartRow connection={connection} />
    </Section>
  );
};

/** Numbers and the button; or the sentence that says why there is none. */
export const StartRow = ({
  connection,
  label,
  variant,
}: {
  connection: ConnectionView;
  label?: string;
  variant?: "primary" | "secondary";
}) => {
  const t = useTranslations();
  const probe = useProbe(connection.id);
  if (connection.target === null) {
    return (
      <Text as="p" size={3} color="default2">
        {t("fullSync.needsTarget")}
      </Text>
    );
  }
  if (probe.kind === "ok" && probe.total > 0) {
    return (
      <div className="crm-row" style={{ justifyContent: "space-between" }}>
        <HowMany connection={connection} total={probe.total} />
        <StartButton connection={connection} total={probe.total} label={label} variant={variant} />
      </div>
    );
  }
  return <CannotStart probe={probe} />;
};

const CannotStart = ({ probe }: { probe: Probe }) => {
  const t = useTranslations();
  switch (probe.kind) {
    case "ok":
      return <Callout tone="info" title={t("fullSync.nobody")} />;
    case "looking":
      return (
        <Text as="p" size={3} color="default2">
          {t("fullSync.counting")}
        </Text>
      );
    case "no_permission":
      return (
        <Callout tone="info" title={t("fullSync.needsPermission")}>
          {t("permission.whoGives")}
        </Callout>
      );
    case "refused":
      return (
        <Callout
          tone="warning"
          title={t(probe.isOffline ? "fullSync.offline" : "fullSync.browserRefused")}
          actions={
            <Button variant="secondary" size="small" onClick={probe.again}>
              {t("common.tryAgain")}
            </Button>
          }
        >
          {probe.isOffline ? null : t("fullSync.browserRefusedText")}
        </Callout>
      );
  }
};

const HowMany = ({ connection, total }: { connection: ConnectionView; total: number }) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const plan = useQuery(
    useTRPC().runs.plan.queryOptions({ connectionId: connection.id }, { enabled: permissions.manageApps && permissions.manageUsers }),
  );
  const contacts = plan.data?.targetContacts ?? null;
  const target = plan.data?.targetName ?? connection.target?.name ?? "";
  return (
    <Text size={3} className="crm-number">
      {contacts === null ? t("fullSync.customers", { total }) : t("fullSync.customersAndContacts", { total, contacts, target })}
      {plan.isError ? ` ${t("fullSync.planFailed")}` : ""}
    </Text>
  );
};

import { Text } from "@saleor/macaw-ui";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { isStopped } from "../health";
import { Callout } from "../parts/callout";
import { Section } from "../parts/section";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { useWords } from "../text";
import { BrowserRefused } from "./browser-refused";
import { StartForm } from "./start-form";
import { type Probe, useProbe } from "./use-probe";

export const BeforeRun = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  return (
    <Section title={t("fullSync.title")} hint={t("fullSync.hint", { target: connection.target?.name ?? connection.title })}>
      <StartRow connection={connection} />
    </Section>
  );
};

interface StartRowProps {
  connection: ConnectionView;
  label?: string;
  variant?: "primary" | "secondary";
}

/** Numbers, the preview and the buttons; or the sentence that says why there are none. */
export const StartRow = (props: StartRowProps) => {
  const { connection } = props;
  const t = useWords(connection.provider);
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
      <>
        <HowMany connection={connection} total={probe.total} />
        <StartForm {...props} variant={isStopped(connection) ? "secondary" : props.variant} total={probe.total} />
      </>
    );
  }
  return <CannotStart connection={connection} probe={probe} />;
};

const CannotStart = ({ connection, probe }: { connection: ConnectionView; probe: Probe }) => {
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
      return <BrowserRefused connection={connection} probe={probe} />;
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
    <Text as="p" size={3} className="crm-number">
      {contacts === null ? t("fullSync.customers", { total }) : t("fullSync.customersAndContacts", { total, contacts, target })}
      {plan.isError ? ` ${t("fullSync.planFailed")}` : ""}
    </Text>
  );
};

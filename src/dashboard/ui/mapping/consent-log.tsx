/** What is known about one person's consent, as a file. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { csvOf } from "../full-sync/csv";
import { BusyButton } from "../parts/busy-button";
import { Field } from "../parts/field";
import { saveFile } from "../parts/save-file";
import { Section } from "../parts/section";
import { useTRPCClient } from "../shell/api";
import { useInfo } from "../shell/info";

export const ConsentLog = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const api = useTRPCClient();
  const { permissions } = useInfo();
  const [email, setEmail] = useState("");
  const read = useMutation({
    mutationFn: async () => {
      const entries = await api.mapping.consentLog.query({ id: connection.id, email: email.trim() });
      const rows = entries.map((entry) => [entry.at, entry.channel, entry.word ? "yes" : "no", entry.source, entry.evidence]);
      if (rows.length > 0)
        saveFile(csvOf(["time", "channel", "word", "source", "evidence"], rows), t("consent.logFile"), "text/csv;charset=utf-8");
      return rows.length;
    },
  });
  if (!permissions.manageApps || !permissions.manageUsers) return null;
  const isEmail = email.includes("@");
  return (
    <Section title={t("consent.log")} hint={t("consent.logHint")}>
      <div className="crm-inline-form">
        <Field
          label={t("consent.logWho")}
          value={email}
          autoComplete="off"
          help={read.isSuccess ? t("consent.logSaid", { count: read.data }) : read.isError ? t("settings.appDidNotAnswer") : null}
          onChange={(event) => setEmail(event.target.value)}
        />
        <BusyButton variant="secondary" isBusy={read.isPending} disabled={!isEmail} onClick={() => read.mutate()}>
          {t("consent.logExport")}
        </BusyButton>
      </div>
    </Section>
  );
};

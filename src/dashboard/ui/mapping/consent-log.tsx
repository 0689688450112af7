/** What is known about one person's consent, as a file. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Field } from "../parts/field";
import { saveFile } from "../parts/save-file";
import { Section } from "../parts/section";
import { useTRPCClient } from "../shell/api";
import { useInfo } from "../shell/info";
import { type ConsentFormat, consentFile } from "./consent-file";

const FORMATS: readonly ConsentFormat[] = ["csv", "json"];

export const ConsentLog = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  const api = useTRPCClient();
  const { permissions, shopHost } = useInfo();
  const [email, setEmail] = useState("");
  const read = useMutation({
    mutationFn: async (format: ConsentFormat) => {
      const about = { email: email.trim(), shop: shopHost, now: new Date() };
      const entries = await api.mapping.consentLog.query({ id: connection.id, email: about.email });
      const { text, type } = consentFile(entries, format, about);
      if (entries.length > 0) saveFile(text, t("consent.logFile", { format }), type);
      return entries.length;
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
        {FORMATS.map((format) => (
          <BusyButton
            key={format}
            variant="secondary"
            isBusy={read.isPending && read.variables === format}
            disabled={!isEmail || read.isPending}
            onClick={() => read.mutate(format)}
          >
            {t(format === "csv" ? "consent.logExport" : "consent.logExportJson")}
          </BusyButton>
        ))}
      </div>
    </Section>
  );
};

/** Whose values the rules are tried on. */
import { Text } from "@saleor/macaw-ui";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Field } from "../parts/field";
import { useInfo } from "../shell/info";
import { useProviderText } from "../text";
import type { useRulePreview } from "./use-rule-preview";

interface PreviewBarProps {
  connection: ConnectionView;
  preview: ReturnType<typeof useRulePreview>;
  onPick(who: string): void;
}

export const PreviewBar = ({ connection, preview, onPick }: PreviewBarProps) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const [who, setWho] = useState("");
  const ask = () => onPick(who.trim());
  if (!permissions.manageUsers) return null;
  return (
    <div>
      <div className="crm-inline-form">
        <Field
          label={t("mapping.previewWith")}
          value={who}
          help={t("mapping.previewHelp")}
          autoComplete="off"
          onChange={(event) => setWho(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && ask()}
        />
        <BusyButton variant="secondary" isBusy={preview.isLoading} onClick={ask}>
          {t("mapping.previewNow")}
        </BusyButton>
      </div>
      <Text as="p" size={2} color="default2" role="status">
        <PreviewSaid connection={connection} preview={preview} />
      </Text>
    </div>
  );
};

const PreviewSaid = ({ connection, preview: { answer, failed } }: Pick<PreviewBarProps, "connection" | "preview">) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  if (failed) return t("settings.appDidNotAnswer");
  if (answer?.kind === "not_found") return t("mapping.notFound");
  if (answer?.kind === "unavailable") return text.reason(answer.reason);
  if (answer?.kind === "preview" && answer.skipped) return t("mapping.skipped", { reason: text.reason(answer.skipped) });
  return null;
};

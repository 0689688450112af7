import { Text } from "@saleor/macaw-ui";
import { TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { useProviderText } from "../text";
import type { Draft } from "./drafts";
import type { PreviewRow } from "./rule-card";

/** Source, result and every problem, of the customer that was picked. */
export const RuleResult = ({ draft, preview, connection }: { draft: Draft; preview: PreviewRow | null; connection: ConnectionView }) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  if (!preview) return null;
  return (
    <div className="crm-rule-part crm-rule-result">
      <Text as="p" size={2} color="default2">
        {t("mapping.preview")}
      </Text>
      <Text as="p" size={2} color="default2">
        {preview.source === null ? t("mapping.noValue") : t("mapping.sourceValue", { value: short(preview.source) })}
      </Text>
      <Text as="p" size={3} fontWeight="medium">
        {preview.isKept
          ? t("mapping.kept")
          : preview.result === null
            ? t("mapping.empty")
            : t("mapping.result", { value: short(preview.result), target: draft.target?.id ?? "" })}
      </Text>
      {preview.problems.map((code) => (
        <p key={code} className="crm-problem">
          <TriangleAlert size={14} color="var(--mu-colors-text-warning1)" aria-hidden />
          <span>{text.reason(code)}</span>
        </p>
      ))}
    </div>
  );
};

const short = (value: string) => (value.length > 80 ? `${value.slice(0, 80)}…` : value);

import { Text } from "@saleor/macaw-ui";
import { useTranslations } from "use-intl";
import type { RunView } from "@/dashboard/api/views";

export const RunCounts = ({ run }: { run: RunView }) => {
  const t = useTranslations();
  const { created, updated, unchanged, skipped, refused, gaveUp } = run;
  return (
    <Text as="p" size={3} className="crm-number">
      {t("fullSync.counts", { created, updated, unchanged, skipped, refused: refused + gaveUp })}
    </Text>
  );
};

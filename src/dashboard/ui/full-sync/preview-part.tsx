/** Preview: what a full sync would do, said in a line, with a few customers of whom something would change. */
import { Button, Text } from "@saleor/macaw-ui";
import { Eye } from "lucide-react";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Callout } from "../parts/callout";
import { Failed } from "../parts/failed";
import { SlowNote } from "../parts/skeletons";
import { useProviderText } from "../text";
import type { Estimate, Preview } from "./estimate";
import { PreviewExamples } from "./preview-examples";
import type { PreviewAsk } from "./use-preview";
import { useProblem } from "./use-run-problem";

interface PreviewPartProps {
  connection: ConnectionView;
  asked: PreviewAsk;
  /** Customers in Saleor, where the browser could count them. */
  total: number | null;
}

/** The server looks at no more than that. */
const SAMPLE = 200;

export const PreviewPart = ({ connection, asked, total }: PreviewPartProps) => {
  const t = useTranslations();
  return (
    <>
      <div className="crm-preview">
        <BusyButton variant="secondary" icon={<Eye size={16} aria-hidden />} isBusy={asked.isLooking} onClick={asked.look}>
          {t("fullSync.preview.name")}
        </BusyButton>
        <div className="crm-preview-said" aria-live="polite">
          {asked.isLooking ? <Looking connection={connection} count={Math.min(SAMPLE, total ?? SAMPLE)} /> : null}
          {!asked.isLooking && asked.preview && asked.estimate ? (
            <Said connection={connection} preview={asked.preview} estimate={asked.estimate} />
          ) : null}
        </div>
      </div>
      {asked.isLooking ? null : <NoPreview connection={connection} asked={asked} />}
      {!asked.isLooking && asked.preview && asked.preview.examples.length > 0 ? (
        <PreviewExamples title={connection.title} examples={asked.preview.examples} />
      ) : null}
    </>
  );
};

const Looking = ({ connection, count }: { connection: ConnectionView; count: number }) => {
  const t = useTranslations();
  return (
    <>
      <Text as="p" size={3} color="default2">
        {t("fullSync.preview.looking", { count })}
      </Text>
      <SlowNote who={connection.title} />
    </>
  );
};

const Said = ({ connection, preview, estimate }: { connection: ConnectionView; preview: Preview; estimate: Estimate }) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  const { created, updated, unchanged, skipped, billable, isExact } = estimate;
  const counts = { created, updated, unchanged, skipped };
  const cost = billable ? text.consequence("billable_contacts", { count: billable, amount: isExact ? "exact" : "about" }) : null;
  return (
    <>
      <Text as="p" size={3} className="crm-number">
        {isExact ? t("fullSync.preview.exact", counts) : t("fullSync.preview.about", { ...counts, sample: preview.sample })}
      </Text>
      {[cost, preview.unknown > 0 ? t("fullSync.preview.unknown", { count: preview.unknown, title: connection.title }) : null].map(
        (sentence) =>
          sentence ? (
            <Text key={sentence} as="p" size={3} color="default2">
              {sentence}
            </Text>
          ) : null,
      )}
    </>
  );
};

const NoPreview = ({ connection, asked }: { connection: ConnectionView; asked: PreviewAsk }) => {
  const t = useTranslations();
  const problem = useProblem(connection);
  if (asked.error) return <Failed title={t("fullSync.preview.failed")} error={asked.error} onRetry={asked.look} />;
  const why = asked.unavailable ? problem(asked.unavailable) : t("fullSync.preview.nobodyKnown", { title: connection.title });
  if (!asked.unavailable && !(asked.preview && !asked.estimate)) return null;
  return (
    <Callout
      tone="warning"
      title={t("fullSync.preview.failed")}
      isNews
      actions={
        <Button variant="secondary" size="small" onClick={asked.look}>
          {t("common.tryAgain")}
        </Button>
      }
    >
      {why}
    </Callout>
  );
};

/** Start: asks once more where the run sends e-mails, reaches people or costs money. */
import { Text } from "@saleor/macaw-ui";
import { useQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Check } from "../parts/check";
import { Confirm } from "../parts/confirm";
import { useTRPC } from "../shell/api";
import { useProviderText } from "../text";
import { useRunActs } from "./use-run-acts";

interface StartButtonProps {
  connection: ConnectionView;
  total: number;
  label?: string;
  variant?: "primary" | "secondary";
}

export const StartButton = ({ connection, total, label, variant = "primary" }: StartButtonProps) => {
  const t = useTranslations();
  const { start } = useRunActs(connection);
  const plan = useQuery(useTRPC().runs.plan.queryOptions({ connectionId: connection.id }));
  const [asks, setAsks] = useState(false);
  const [agreed, setAgreed] = useState(false);
  // Whoever is in sync is a contact already; everybody else may turn out to be a new one.
  const newcomers = Math.max(0, total - connection.counts.inSync);
  const consequences = newcomers > 0 ? (plan.data?.consequences ?? []) : [];
  const begin = () => {
    setAsks(false);
    start.mutate(total);
  };
  const ask = () => {
    setAgreed(false);
    if (consequences.length > 0) setAsks(true);
    else begin();
  };
  return (
    <>
      <BusyButton
        variant={variant}
        icon={<Play size={16} aria-hidden />}
        isBusy={start.isPending}
        disabled={plan.isPending || plan.isError}
        onClick={ask}
      >
        {label ?? t("fullSync.start")}
      </BusyButton>
      <Confirm
        open={asks}
        locked={!agreed}
        title={t("fullSync.startTitle")}
        body={
          <>
            <Consequences connection={connection} codes={consequences} count={newcomers} />
            <Check label={t(agreementKey(consequences), { title: connection.title })} checked={agreed} onChange={setAgreed} />
          </>
        }
        back={t("common.back")}
        verb={t("fullSync.start")}
        onBack={() => setAsks(false)}
        onConfirm={begin}
      />
    </>
  );
};

const Consequences = ({ connection, codes, count }: { connection: ConnectionView; codes: string[]; count: number }) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  const said = codes.map((code) => text.consequence(code, count) ?? t("fullSync.consequence", { count, title: connection.title }));
  return (
    <>
      {[...said, t("fullSync.keepStatus")].map((sentence) => (
        <Text key={sentence} as="p" size={3}>
          {sentence}
        </Text>
      ))}
    </>
  );
};

function agreementKey(codes: string[]): string {
  if (codes.includes("receives_marketing")) return "fullSync.agree.marketing";
  return codes.includes("confirmation_emails") ? "fullSync.agree.emails" : "fullSync.agree.contacts";
}

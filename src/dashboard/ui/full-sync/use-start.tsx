/** Start, here or in the background: asks once more where the run sends e-mails, reaches people or costs money. */
import { Text } from "@saleor/macaw-ui";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import { Check } from "../parts/check";
import { Confirm } from "../parts/confirm";
import { useTRPC } from "../shell/api";
import { useProviderText } from "../text";
import { type Estimate, type Newcomers, newcomersOf } from "./estimate";
import { useRunActs } from "./use-run-acts";

type Driver = RunView["driver"];

interface StartInput {
  connection: ConnectionView;
  /** Customers in Saleor; `null`: this browser could not count them. */
  total: number | null;
  estimate: Estimate | null;
  onLeave: RunView["onLeave"];
}

interface Start {
  /** The driver of a start that is under way. */
  busy: Driver | null;
  isReady: boolean;
  ask(driver: Driver): void;
  question: ReactNode;
}

export function useStart({ connection, total, estimate, onLeave }: StartInput): Start {
  const { start } = useRunActs(connection);
  const plan = useQuery(useTRPC().runs.plan.queryOptions({ connectionId: connection.id }));
  const [asked, setAsked] = useState<Driver | null>(null);
  const newcomers = newcomersOf({ total, inSync: connection.counts.inSync, estimate });
  const isNobody = newcomers.amount !== "unknown" && newcomers.count === 0;
  const codes = isNobody ? [] : (plan.data?.consequences ?? []);
  const begin = (driver: Driver) => {
    setAsked(null);
    start.mutate({ total, driver, onLeave });
  };
  return {
    busy: start.isPending ? start.variables.driver : null,
    isReady: plan.isSuccess,
    ask: (driver) => (codes.length > 0 ? setAsked(driver) : begin(driver)),
    question: asked ? (
      <Question
        connection={connection}
        codes={codes}
        newcomers={newcomers}
        driver={asked}
        onBack={() => setAsked(null)}
        onStart={() => begin(asked)}
      />
    ) : null,
  };
}

interface QuestionProps {
  connection: ConnectionView;
  codes: string[];
  newcomers: Newcomers;
  driver: Driver;
  onBack(): void;
  onStart(): void;
}

const Question = ({ connection, codes, newcomers, driver, onBack, onStart }: QuestionProps) => {
  const t = useTranslations();
  const [agreed, setAgreed] = useState(false);
  return (
    <Confirm
      open
      locked={!agreed}
      title={t(driver === "worker" ? "fullSync.backgroundTitle" : "fullSync.startTitle")}
      body={
        <>
          <Consequences connection={connection} codes={codes} newcomers={newcomers} />
          <Check label={t(agreementKey(codes), { title: connection.title })} checked={agreed} onChange={setAgreed} />
        </>
      }
      back={t("common.back")}
      verb={t(driver === "worker" ? "fullSync.background" : "fullSync.start")}
      onBack={onBack}
      onConfirm={onStart}
    />
  );
};

const Consequences = ({ connection, codes, newcomers }: { connection: ConnectionView; codes: string[]; newcomers: Newcomers }) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  const said = codes.map(
    (code) => text.consequence(code, newcomers) ?? t("fullSync.consequence", { ...newcomers, title: connection.title }),
  );
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
  if (codes.includes("confirmation_emails")) return "fullSync.agree.emails";
  return codes.includes("billable_contacts") ? "fullSync.agree.contacts" : "fullSync.agree.automations";
}

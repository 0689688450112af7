import { Text } from "@saleor/macaw-ui";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { ErasePlan } from "@/dashboard/api/views";
import { Failed } from "../parts/failed";
import { CardSkeleton } from "../parts/skeletons";
import { useTRPC } from "../shell/api";
import { useProviderText } from "../text";

/** A name, the same in every language. */
const SALEOR = "Saleor";

/** What erasing would do, one line for Saleor and one for each connection. */
export const ErasePlanList = ({ customerId }: { customerId: string }) => {
  const t = useTranslations();
  const plan = useQuery(useTRPC().erasure.plan.queryOptions({ customerId }, { staleTime: 0 }));
  if (plan.isError) return <Failed title={t("erase.couldNotLook")} error={plan.error} onRetry={() => plan.refetch()} />;
  if (!plan.data) return <CardSkeleton lines={3} />;
  return (
    <>
      <ul className="crm-list">
        <li>
          <Text size={3}>
            <strong>{SALEOR}</strong> — {t(plan.data.saleor.kind === "not_found" ? "erase.planGone" : "erase.planSaleor")}
          </Text>
        </li>
        {plan.data.connections.map((connection) => (
          <Line key={connection.id} connection={connection} />
        ))}
      </ul>
      <Text as="p" size={3}>
        {t("erase.final")}
      </Text>
    </>
  );
};

const Line = ({ connection }: { connection: ErasePlan["connections"][number] }) => {
  const t = useTranslations();
  const { acts, title, isStopped } = connection;
  const text = useProviderText(connection.provider, title);
  const says = acts ? (text.say(`removal.${acts}`) ?? t(`erase.ask.${acts}`)) : t("erase.planNothing");
  return (
    <li>
      <Text size={3}>
        <strong>{title}</strong> — {says} {acts && isStopped ? t("erase.planStopped") : null}
      </Text>
    </li>
  );
};

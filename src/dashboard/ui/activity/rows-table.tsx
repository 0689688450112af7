/** The rows of one page. Only those in sight are in the document; the table says how many there are. */
import { Skeleton, Text } from "@saleor/macaw-ui";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { useTranslations } from "use-intl";
import type { ActivityRowView, ConnectionView } from "@/dashboard/api/views";
import { RecordState } from "../parts/record-state";
import { When } from "../parts/when";
import type { Names } from "../saleor/names";
import { AppLink } from "../shell/leave";
import { useProviderText } from "../text";
import { RowActs } from "./row-acts";
import { activityPath } from "./use-filter";

const ROW_PX = 57;
const OVERSCAN = 8;

interface RowsTableProps {
  connection: ConnectionView;
  rows: ActivityRowView[];
  names: Names;
}

export const RowsTable = ({ connection, rows, names }: RowsTableProps) => {
  const t = useTranslations();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    getItemKey: (index) => rows[index]?.customerId ?? index,
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by the keyboard
    <section ref={scroller} className="crm-scroll" tabIndex={0} aria-label={t("activity.caption", { title: connection.title })}>
      <table className="crm-table crm-activity" aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">{t("activity.customer")}</th>
            <th scope="col">{t("reasons.state")}</th>
            <th scope="col" className="crm-wide">
              {t("reasons.reason")}
            </th>
            <th scope="col" className="crm-wide">
              {t("activity.when")}
            </th>
            <th scope="col" className="crm-number crm-wide">
              {t("activity.attempts")}
            </th>
            <th scope="col" className="crm-wide">
              {t("activity.nextTry")}
            </th>
            <th scope="col">
              <span className="crm-hidden">{t("activity.acts")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {above > 0 ? <Gap height={above} /> : null}
          {items.map(({ index, key }) => {
            const row = rows[index];
            return row ? (
              <tr key={key} ref={virtual.measureElement} data-index={index} aria-rowindex={index + 2}>
                <Cells connection={connection} row={row} names={names} />
              </tr>
            ) : null;
          })}
          {below > 0 ? <Gap height={below} /> : null}
        </tbody>
      </table>
    </section>
  );
};

const Gap = ({ height }: { height: number }) => (
  <tr aria-hidden className="crm-gap">
    <td colSpan={7} style={{ height }} />
  </tr>
);

const Cells = ({ connection, row, names }: { connection: ConnectionView; row: ActivityRowView; names: Names }) => {
  const t = useTranslations();
  return (
    <>
      <th scope="row">
        <Who connection={connection} row={row} names={names} />
      </th>
      <td>
        <RecordState state={row.state} />
        <div className="crm-narrow">
          <Reason connection={connection} row={row} none={null} />
          <Text size={2} color="default2">
            <When at={row.at} />
          </Text>
        </div>
      </td>
      <td className="crm-wide">
        <Reason connection={connection} row={row} none={t("syncOne.empty")} />
      </td>
      <td className="crm-wide">
        <When at={row.at} />
      </td>
      <td className="crm-number crm-wide">{t("common.number", { count: row.attempts })}</td>
      <td className="crm-wide">{row.nextTryAt && row.state === "retrying" ? <When at={row.nextTryAt} /> : t("syncOne.empty")}</td>
      <td>
        <RowActs connection={connection} row={row} name={names.of(row.customerId)} />
      </td>
    </>
  );
};

const Who = ({ connection, row, names }: { connection: ConnectionView; row: ActivityRowView; names: Names }) => {
  const found = names.of(row.customerId);
  const path = activityPath(connection.id, { customer: row.customerId });
  if (found) {
    return (
      <>
        <div>
          <AppLink href={path}>{found.name || found.email}</AppLink>
        </div>
        {found.name ? (
          <Text size={2} color="default2">
            {found.email}
          </Text>
        ) : null}
      </>
    );
  }
  if (names.isLoading) return <Skeleton height={3} __width="8rem" />;
  return (
    <AppLink href={path}>
      <code>{row.customerId}</code>
    </AppLink>
  );
};

/** @param none stands there where there is nothing to say. */
const Reason = ({ connection, row, none }: { connection: ConnectionView; row: ActivityRowView; none: string | null }) => {
  const text = useProviderText(connection.provider, connection.title);
  const t = useTranslations();
  const codes = [...(row.reason && (row.state !== "in_sync" || row.reason.startsWith("undo_")) ? [row.reason] : []), ...row.warnings];
  if (codes.length === 0) return <>{none}</>;
  return (
    <>
      {codes.map((code) => (
        <div key={code}>{text.reason(code)}</div>
      ))}
      {row.vendorText ? (
        <Text size={2} color="default2">
          {t("common.vendorSays", { title: connection.title })} <q>{row.vendorText}</q>
        </Text>
      ) : null}
    </>
  );
};

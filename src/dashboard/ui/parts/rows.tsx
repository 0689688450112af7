import type { ReactNode } from "react";

export interface Row {
  label: string;
  value: ReactNode;
}

export const Rows = ({ rows }: { rows: Row[] }) => (
  <dl className="crm-rows">
    {rows.map((row) => (
      <RowPair key={row.label} {...row} />
    ))}
  </dl>
);

const RowPair = ({ label, value }: Row) => (
  <>
    <dt>{label}</dt>
    <dd>{value}</dd>
  </>
);

import { Select } from "@saleor/macaw-ui";
import type { FormColumn } from "@/dashboard/api/views";
import { Field } from "../parts/field";
import type { useProviderText } from "../text";

interface RowCellProps {
  column: FormColumn;
  /** "Name, row 2": the heading alone would name every cell of the column alike. */
  label: string;
  value: string;
  problem: string | undefined;
  disabled: boolean;
  text: ReturnType<typeof useProviderText>;
  onChange(value: string): void;
}

export const RowCell = ({ column, label, value, problem, disabled, text, onChange }: RowCellProps) => {
  if (column.kind === "text") {
    return (
      <Field
        label=""
        aria-label={label}
        value={value}
        problem={problem}
        disabled={disabled}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  const options = column.options.map((option) => ({ value: option.value, label: text.say(option.labelKey) ?? option.value }));
  return (
    <Select
      // Macaw names it by its label alone, and the heading of the column says it to the eye.
      label={<span className="crm-hidden">{label}</span>}
      size="medium"
      value={value}
      options={options}
      disabled={disabled}
      error={Boolean(problem)}
      onChange={onChange}
    />
  );
};

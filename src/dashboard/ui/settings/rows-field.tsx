import { Button, Text } from "@saleor/macaw-ui";
import { Plus, Trash2 } from "lucide-react";
import { type RefObject, useEffect, useId, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { FormColumn, FormField, SettingRow } from "@/dashboard/api/views";
import { FieldNote } from "../parts/field";
import type { useProviderText } from "../text";
import { RowCell } from "./row-cell";

interface RowsFieldProps {
  field: FormField;
  label: string;
  hidesLabel: boolean;
  help: string | null;
  rows: SettingRow[];
  /** By row and column; of the table as a whole. */
  problemAt(index: number, column: string): string | undefined;
  problem?: string | undefined;
  readOnly: boolean;
  text: ReturnType<typeof useProviderText>;
  onChange(rows: SettingRow[]): void;
}

/** A setting that is a list of things, edited as a table; below 600 px each row is a card of its own. */
export const RowsField = ({ field, label, hidesLabel, help, rows, readOnly, text, onChange, ...p }: RowsFieldProps) => {
  const t = useTranslations();
  const id = useId();
  const table = useRef<HTMLFieldSetElement>(null);
  const focusOn = useFocusAfter(table);
  const heading = (column: FormColumn) => text.say(column.labelKey) ?? column.name;
  const add = () => {
    onChange([...rows, Object.fromEntries(field.columns.map((column) => [column.name, column.default]))]);
    focusOn(`[data-row="${rows.length}"] input, [data-row="${rows.length}"] [role="combobox"]`);
  };
  const remove = (index: number) => {
    onChange(rows.filter((_, at) => at !== index));
    focusOn(rows.length > 1 ? `[data-row="${Math.min(index, rows.length - 2)}"] [data-remove]` : "[data-add]");
  };
  const change = (index: number, name: string, value: string) =>
    onChange(rows.map((row, at) => (at === index ? { ...row, [name]: value } : row)));

  return (
    <fieldset ref={table} className="crm-table-field" aria-label={label} aria-describedby={help || p.problem ? id : undefined}>
      {hidesLabel ? null : (
        <Text as="p" size={3} fontWeight="medium">
          {label}
        </Text>
      )}
      <FieldNote id={id} problem={p.problem} help={help} />
      {rows.length > 0 ? (
        <table className="crm-edit-table">
          <thead>
            <tr>
              {field.columns.map((column) => (
                <th key={column.name} scope="col">
                  {heading(column)}
                </th>
              ))}
              {readOnly ? null : (
                <th scope="col">
                  <span className="crm-hidden">{t("rows.actions")}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name, and are always controlled
              <tr key={index} data-row={index}>
                {field.columns.map((column) => (
                  <td key={column.name} data-heading={heading(column)}>
                    <RowCell
                      column={column}
                      label={t("rows.cell", { column: heading(column), row: index + 1 })}
                      value={row[column.name] ?? ""}
                      problem={p.problemAt(index, column.name)}
                      disabled={readOnly}
                      text={text}
                      onChange={(value) => change(index, column.name, value)}
                    />
                  </td>
                ))}
                {readOnly ? null : (
                  <td>
                    <Button
                      type="button"
                      variant="secondary"
                      size="medium"
                      data-remove
                      icon={<Trash2 size={16} aria-hidden />}
                      aria-label={t("rows.remove", { row: index + 1 })}
                      onClick={() => remove(index)}
                    />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {readOnly ? null : (
        <div>
          <Button type="button" variant="secondary" size="small" data-add icon={<Plus size={16} aria-hidden />} onClick={add}>
            {text.say(`settings.${field.name}.add`) ?? t("rows.add")}
          </Button>
        </div>
      )}
    </fieldset>
  );
};

/** The keyboard stays where the work is: in a new row, or beside the one that went. */
function useFocusAfter(place: RefObject<HTMLElement | null>): (selector: string) => void {
  const [wanted, setWanted] = useState<{ selector: string } | null>(null);
  useEffect(() => {
    if (wanted) place.current?.querySelector<HTMLElement>(wanted.selector)?.focus();
  }, [wanted, place]);
  return (selector) => setWanted({ selector });
}

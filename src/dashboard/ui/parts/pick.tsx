import { Combobox } from "@saleor/macaw-ui";

interface PickProps<V extends string> {
  label: string;
  value: V | null;
  options: readonly { value: V; label: string }[];
  disabled?: boolean;
  problem?: boolean;
  onChange(value: V): void;
}

/** One of a list, found by typing. */
export const Pick = <V extends string>({ label, value, options, disabled, problem, onChange }: PickProps<V>) => (
  <Combobox
    label={label}
    size="medium"
    value={options.find((option) => option.value === value) ?? null}
    options={[...options]}
    disabled={disabled}
    error={problem}
    onChange={(option) => option && onChange((typeof option === "string" ? option : option.value) as V)}
  />
);

import { Checkbox, Text } from "@saleor/macaw-ui";
import { useId } from "react";

interface CheckProps {
  label: string;
  help?: string | null;
  checked: boolean;
  disabled?: boolean;
  onChange(checked: boolean): void;
}

/** The whole row answers a click. */
export const Check = ({ label, help, checked, disabled, onChange }: CheckProps) => {
  const id = useId();
  return (
    <div className="crm-check">
      <Checkbox
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={(value) => onChange(value === true)}
        aria-labelledby={`${id}l`}
      />
      <label htmlFor={id} id={`${id}l`} className="crm-check-text">
        <Text size={3}>{label}</Text>
        {help ? (
          <Text size={2} color="default2">
            {help}
          </Text>
        ) : null}
      </label>
    </div>
  );
};

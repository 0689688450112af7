import { Checkbox, Text } from "@saleor/macaw-ui";

interface CheckProps {
  label: string;
  help?: string | null;
  checked: boolean;
  disabled?: boolean;
  onChange(checked: boolean): void;
}

/** The whole row answers a click: macaw's Checkbox is a label around its children. */
export const Check = ({ label, help, checked, disabled, onChange }: CheckProps) => (
  <Checkbox className="crm-check" checked={checked} disabled={disabled} onCheckedChange={(value) => onChange(value === true)}>
    <span className="crm-check-text">
      <Text size={3}>{label}</Text>
      {help ? (
        <Text size={2} color="default2">
          {help}
        </Text>
      ) : null}
    </span>
  </Checkbox>
);

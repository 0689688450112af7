import { RadioGroup, Text } from "@saleor/macaw-ui";
import { useId } from "react";

interface Choice {
  value: string;
  label: string;
  help: string | null;
}

interface ChoicesProps {
  label: string;
  value: string;
  choices: Choice[];
  disabled?: boolean;
  /** The heading of the card says it already. */
  hidesLabel?: boolean;
  onChange(value: string): void;
}

export const Choices = ({ label, value, choices, disabled, hidesLabel, onChange }: ChoicesProps) => {
  const id = useId();
  return (
    <RadioGroup className="crm-choices" value={value} label={hidesLabel ? undefined : label} onValueChange={onChange} aria-label={label}>
      {choices.map((choice) => (
        <RadioGroup.Item key={choice.value} className="crm-choice" id={`${id}${choice.value}`} value={choice.value} disabled={disabled}>
          <Text size={3}>{choice.label}</Text>
          {choice.help ? (
            <Text size={2} color="default2">
              {choice.help}
            </Text>
          ) : null}
        </RadioGroup.Item>
      ))}
    </RadioGroup>
  );
};

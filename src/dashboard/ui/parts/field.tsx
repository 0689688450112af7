import { Input, type InputProps, Text } from "@saleor/macaw-ui";
import { type ReactNode, useId } from "react";

/** Always controlled: macaw's floating label lies over an uncontrolled value. */
type FieldProps = Omit<InputProps, "helperText" | "error" | "label" | "value"> & {
  label: string;
  value: string;
  help?: ReactNode;
  problem?: string | undefined;
};

export const Field = ({ label, help, problem, ...rest }: FieldProps) => {
  const id = useId();
  const below = problem ?? help;
  return (
    <div>
      <Input
        {...rest}
        label={label}
        size="medium"
        role="textbox"
        error={Boolean(problem)}
        aria-invalid={Boolean(problem)}
        aria-describedby={below ? id : undefined}
      />
      <FieldNote id={id} problem={problem} help={help} />
    </div>
  );
};

export const FieldNote = ({ id, problem, help }: { id?: string; problem?: string | undefined; help?: ReactNode }) =>
  problem || help ? (
    <Text as="p" id={id} size={2} marginTop={1} color={problem ? "critical1" : "default2"} role={problem ? "alert" : undefined}>
      {problem ?? help}
    </Text>
  ) : null;

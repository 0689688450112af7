import { Input, type InputProps, Text } from "@saleor/macaw-ui";
import { type ReactNode, useId } from "react";

/** Always controlled: macaw's floating label lies over an uncontrolled value. */
type FieldProps = Omit<InputProps, "helperText" | "error" | "label" | "value"> & {
  label: string;
  value: string;
  help?: ReactNode;
  problem?: string | undefined;
  /** Offered while one types; anything else is as good. */
  suggestions?: readonly string[];
};

export const Field = ({ label, help, problem, suggestions = [], ...rest }: FieldProps) => {
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
        {...(suggestions.length > 0 && { list: `${id}list`, role: undefined })}
      />
      {suggestions.length > 0 ? (
        <datalist id={`${id}list`}>
          {suggestions.map((value) => (
            <option key={value} value={value} />
          ))}
        </datalist>
      ) : null}
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

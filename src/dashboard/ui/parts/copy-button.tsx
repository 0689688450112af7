import { Button, Text } from "@saleor/macaw-ui";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { copyText } from "./copy-text";

function chooseAll(input: HTMLInputElement | null): void {
  input?.focus();
  input?.select();
}

/** Where copying is refused, the text itself is shown to be copied by hand. */
export const CopyButton = ({ text, label }: { text: string; label: string }) => {
  const t = useTranslations();
  const [result, setResult] = useState<"none" | "copied" | "refused">("none");
  return (
    <>
      <Button variant="secondary" size="small" onClick={() => setResult(copyText(text) ? "copied" : "refused")}>
        {result === "copied" ? t("common.copied") : label}
      </Button>
      {result === "refused" ? (
        <div>
          <Text as="p" size={2} color="default2">
            {t("common.copyByHand")}
          </Text>
          <input readOnly value={text} aria-label={label} size={40} ref={chooseAll} />
        </div>
      ) : null}
    </>
  );
};

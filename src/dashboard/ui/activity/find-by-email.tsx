/** Search by e-mail: Saleor says which customer that is, since we keep no addresses. */
import { SearchInput } from "@saleor/macaw-ui";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";

const PAUSE_MS = 300;

export const FindByEmail = ({ onFind }: { onFind(email: string): void }) => {
  const t = useTranslations();
  const [typed, setTyped] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => onFind(isAddress(typed) ? typed.trim() : ""), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, onFind]);
  return (
    <div className="crm-find">
      <SearchInput
        size="small"
        role="searchbox"
        aria-label={t("activity.find")}
        placeholder={t("activity.find")}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") setTyped("");
        }}
      />
    </div>
  );
};

const isAddress = (text: string) => /^\S+@\S+\.\S+$/.test(text.trim());

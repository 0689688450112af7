/** The app opened by its own address: what it is and how to install it. Nothing of a shop is shown here. */
import { Button, Text } from "@saleor/macaw-ui";
import Link from "next/link";
import { useRouter } from "next/router";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { Field } from "../parts/field";
import { installAddress } from "./install-address";

export const Outside = () => {
  const t = useTranslations();
  const { pathname } = useRouter();
  useEffect(() => {
    document.title = t("outside.name");
  }, [t]);
  return <div className="crm-page">{pathname === "/" ? <Front /> : <Elsewhere />}</div>;
};

const Elsewhere = () => {
  const t = useTranslations();
  return (
    <div className="crm-plain">
      <Text as="h1" size={7} fontWeight="bold">
        {t("outside.elsewhere")}
      </Text>
      <p>
        <Link href="/" className="crm-link-line">
          {t("outside.toFront")}
        </Link>
      </p>
    </div>
  );
};

const Front = () => {
  const t = useTranslations();
  return (
    <div className="crm-plain crm-stack">
      <div>
        <Text as="h1" size={8} fontWeight="bold">
          {t("outside.name")}
        </Text>
        <Text as="p" size={4}>
          {t("outside.sentence")}
        </Text>
      </div>
      <InstallForm />
      <nav className="crm-row" aria-label={t("outside.links")}>
        <Link href="/support" className="crm-link-line">
          {t("outside.support")}
        </Link>
        <Link href="/privacy" className="crm-link-line">
          {t("outside.privacy")}
        </Link>
      </nav>
    </div>
  );
};

const InstallForm = () => {
  const t = useTranslations();
  const [address, setAddress] = useState("");
  const [isWrong, setIsWrong] = useState(false);
  const install = (event: FormEvent) => {
    event.preventDefault();
    const target = installAddress(address, window.location.origin);
    setIsWrong(target === null);
    if (target) window.location.assign(target);
  };
  return (
    <form onSubmit={install} className="crm-inline-form" noValidate>
      <Field
        label={t("outside.address")}
        value={address}
        help={t("outside.addressHelp")}
        problem={isWrong ? t("outside.addressWrong") : undefined}
        onChange={(event) => setAddress(event.target.value)}
      />
      <Button type="submit" variant="primary">
        {t("outside.install")}
      </Button>
    </form>
  );
};

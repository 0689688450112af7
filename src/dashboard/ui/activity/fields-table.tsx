import { Text } from "@saleor/macaw-ui";
import { TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import type { ConnectionView, InspectField, InspectView } from "@/dashboard/api/views";
import { Section } from "../parts/section";
import { useProviderText } from "../text";

type Seen = Extract<InspectView, { kind: "record" }>;

/** Field by field: ours beside theirs. A difference is a word and a sign, never a colour alone. */
export const FieldsTable = ({ connection, seen }: { connection: ConnectionView; seen: Seen }) => {
  const t = useTranslations();
  const { title } = connection;
  const differing = seen.fields.filter(({ differs }) => differs).length;
  const hint =
    seen.provider.kind === "held"
      ? differing > 0
        ? t("inspect.differing", { count: differing, title })
        : t("inspect.same", { title })
      : null;
  return (
    <Section title={t("inspect.fields")} hint={hint}>
      <Unreadable connection={connection} seen={seen} />
      {seen.fields.length > 0 ? (
        <div className="crm-sideways">
          <table className="crm-table">
            <caption className="crm-hidden">{t("inspect.fields")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("syncOne.field")}</th>
                <th scope="col">{t("inspect.ours")}</th>
                <th scope="col">{t("inspect.theirs", { title })}</th>
                <th scope="col">
                  <span className="crm-hidden">{t("inspect.difference")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {seen.provider.kind === "held" ? (
                <tr>
                  <th scope="row">{t("inspect.field.status")}</th>
                  <td>{t("inspect.notSent")}</td>
                  <td>{seen.provider.status}</td>
                  <td />
                </tr>
              ) : null}
              {seen.fields.map((field) => (
                <FieldRow key={field.field} field={field} />
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </Section>
  );
};

const FieldRow = ({ field }: { field: InspectField }) => {
  const t = useTranslations();
  const isOwn = field.field === "email" || field.field === "tags";
  return (
    <tr>
      <th scope="row">{isOwn ? t(`inspect.field.${field.field}`) : field.field}</th>
      <td>{field.ours === null ? t("inspect.notSent") : field.ours || t("syncOne.empty")}</td>
      <td>{field.theirs || t("syncOne.empty")}</td>
      <td>
        {field.differs ? (
          <span className="crm-row">
            <TriangleAlert size={16} aria-hidden />
            <Text size={2}>{t("inspect.differs")}</Text>
          </span>
        ) : null}
      </td>
    </tr>
  );
};

const Unreadable = ({ connection, seen }: { connection: ConnectionView; seen: Seen }) => {
  const t = useTranslations();
  const { title } = connection;
  const text = useProviderText(connection.provider, title);
  if (seen.provider.kind === "held") return null;
  return (
    <Text as="p" size={3}>
      {seen.provider.kind === "none"
        ? t("inspect.noContact", { title })
        : `${t("inspect.unread", { title })} ${text.reason(seen.provider.reason)}`}
    </Text>
  );
};

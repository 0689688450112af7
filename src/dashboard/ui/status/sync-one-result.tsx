import { Text } from "@saleor/macaw-ui";
import { useTranslations } from "use-intl";
import type { ConnectionView, SyncNowResult } from "@/dashboard/api/views";
import { Callout } from "../parts/callout";
import { OutLink } from "../parts/out-link";
import { Pill, type Tone } from "../parts/pill";
import { useProviderText } from "../text";
import { heldBeside, type SentRow, sentRows } from "./sent-rows";

type Done = Extract<SyncNowResult, { kind: "done" }>;

const TONES: Record<Done["state"], Tone> = {
  in_sync: "ok",
  skipped: "neutral",
  refused: "bad",
  retrying: "warn",
  gave_up: "bad",
  gone: "neutral",
};

export const SyncOneResult = ({ result, connection }: { result: SyncNowResult; connection: ConnectionView }) => {
  const t = useTranslations();
  const { title, provider } = connection;
  const text = useProviderText(provider, title);
  switch (result.kind) {
    case "not_found":
      return <Callout tone="info" title={t("syncOne.notFound")} />;
    case "waiting":
      return <Callout tone="info" title={t("syncOne.slow", { title })} />;
    case "unavailable":
      return (
        <Callout tone="warning" title={t("syncOne.couldNot")}>
          {text.reason(result.reason)}
        </Callout>
      );
    case "done":
      return <Outcome result={result} connection={connection} />;
  }
};

const Outcome = ({ result, connection }: { result: Done; connection: ConnectionView }) => {
  const t = useTranslations();
  const { title, provider } = connection;
  const text = useProviderText(provider, title);
  const rows = sentRows(result.sent);
  return (
    <div className="crm-stack" style={{ gap: 12 }}>
      <div className="crm-row">
        <Pill tone={TONES[result.state]}>{t(`state.${result.state}`)}</Pill>
        <Text size={3}>
          {result.change ? t(`syncOne.change.${result.change}`, { title }) : ""} {t("syncOne.took", { milliseconds: result.milliseconds })}
        </Text>
      </div>
      {result.reason && !result.warnings.includes(result.reason) ? (
        <Text as="p" size={3}>
          {text.reason(result.reason)}
        </Text>
      ) : null}
      {result.vendorText ? (
        <Text as="p" size={3} color="default2">
          {t("common.vendorSays", { title })} <q>{result.vendorText}</q>
        </Text>
      ) : null}
      {result.warnings.map((code) => (
        <Callout key={code} tone="warning" title={text.reason(code)} />
      ))}
      {rows.length > 0 || result.held ? <SentTable rows={rows} held={result.held} connection={connection} /> : null}
    </div>
  );
};

interface SentTableProps {
  rows: SentRow[];
  held: Done["held"];
  connection: ConnectionView;
}

const SentTable = ({ rows, held, connection: { provider, title } }: SentTableProps) => {
  const t = useTranslations();
  const text = useProviderText(provider, title);
  const said = (value: string | null) => value || t("syncOne.empty");
  return (
    <>
      <table className="crm-table">
        <caption className="crm-hidden">{t("syncOne.sentTo", { title })}</caption>
        <thead>
          <tr>
            <th scope="col">{t("syncOne.field")}</th>
            <th scope="col">{t("syncOne.sentTo", { title })}</th>
            {held ? <th scope="col">{t("syncOne.heldBy", { title })}</th> : null}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ field, value }) => (
            <tr key={field}>
              <th scope="row">{field}</th>
              <td>{said(value)}</td>
              {held ? <td>{said(heldBeside(field, held))}</td> : null}
            </tr>
          ))}
          {held?.status ? (
            <tr>
              <th scope="row">{t("syncOne.status")}</th>
              <td>{t("syncOne.notSent")}</td>
              <td>{text.say(`statuses.${held.status}`) ?? held.status}</td>
            </tr>
          ) : null}
        </tbody>
      </table>
      {held?.url ? (
        <Text as="p" size={3}>
          <OutLink href={held.url}>{t("syncOne.openThere", { title })}</OutLink>
        </Text>
      ) : null}
    </>
  );
};

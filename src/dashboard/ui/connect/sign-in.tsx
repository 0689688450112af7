import { Button, Spinner, Text } from "@saleor/macaw-ui";
import { Plug } from "lucide-react";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import type { ProviderInfo } from "@/dashboard/api/views";
import { Callout } from "../parts/callout";
import { CopyButton } from "../parts/copy-button";
import { Failed } from "../parts/failed";
import { useGo } from "../shell/leave";
import { useProviderText } from "../text";
import type { Granted } from "./connect-page";
import { type SignInPhase, useSignIn } from "./use-sign-in";

export const SignIn = ({ provider, onGranted }: { provider: ProviderInfo; onGranted(granted: Granted): void }) => {
  const t = useTranslations();
  const go = useGo();
  const { title } = provider;
  const signIn = useSignIn(provider.id);
  const { phase, ticket } = signIn;

  useEffect(() => {
    if (phase.kind !== "ended") return;
    if (phase.status.state === "granted" && ticket) onGranted({ attemptId: ticket.attemptId, account: phase.status.account });
    if (phase.status.state === "confirmed") go(`/c/${phase.status.connectionId}/settings`);
  }, [phase, ticket, onGranted, go]);

  if (signIn.ticketError)
    return <Failed title={t("connect.couldNotPrepare", { title })} error={signIn.ticketError} onRetry={signIn.renew} />;
  if (phase.kind === "ready") {
    return (
      <>
        <Text as="p" size={3}>
          {t("connect.opensTab", { title })}
        </Text>
        <div>
          <Button variant="primary" icon={<Plug size={16} aria-hidden />} onClick={signIn.open} disabled={!ticket}>
            {t("connect.title", { title })}
          </Button>
        </div>
      </>
    );
  }
  if (phase.kind === "ended") return <Ended provider={provider} phase={phase} onAgain={signIn.again} />;
  return (
    <>
      {phase.kind === "blocked" && ticket ? (
        <Callout
          tone="warning"
          title={t("connect.blockedTitle", { title })}
          isNews
          actions={
            <>
              <Button variant="secondary" size="small" onClick={signIn.open}>
                {t("connect.openAgain")}
              </Button>
              <CopyButton text={ticket.url} label={t("connect.copyLink")} />
            </>
          }
        >
          {t("connect.blocked")}
        </Callout>
      ) : (
        <Text as="p" size={3}>
          {t("connect.finishThere", { title })}
        </Text>
      )}
      <Waiting title={title} seconds={phase.seconds} onCancel={signIn.cancel} />
      {phase.kind === "waiting" && ticket ? <TabTrouble url={ticket.url} /> : null}
    </>
  );
};

const Waiting = ({ title, seconds, onCancel }: { title: string; seconds: number; onCancel(): void }) => {
  const t = useTranslations();
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return (
    <div className="crm-row">
      <span className="crm-wait">
        <Spinner />
        <Text size={3} className="crm-number">
          {t("connect.waiting", { title, time: clock })}
        </Text>
      </span>
      <Button variant="secondary" size="small" onClick={onCancel}>
        {t("common.cancel")}
      </Button>
    </div>
  );
};

const TabTrouble = ({ url }: { url: string }) => {
  const t = useTranslations();
  return (
    <details className="crm-fold">
      <summary>{t("connect.tabTroubleTitle")}</summary>
      <span className="crm-row">
        <Text size={3} color="default2">
          {t("connect.tabTrouble")}
        </Text>
        <CopyButton text={url} label={t("connect.copyLink")} />
      </span>
    </details>
  );
};

const Ended = ({
  provider,
  phase,
  onAgain,
}: {
  provider: ProviderInfo;
  phase: Extract<SignInPhase, { kind: "ended" }>;
  onAgain(): void;
}) => {
  const t = useTranslations();
  const text = useProviderText(provider.id, provider.title);
  const { title } = provider;
  const { status } = phase;
  if (status.state === "granted" || status.state === "confirmed") return <Spinner />;
  const said = {
    denied: { title: t("connect.deniedTitle"), text: t("connect.denied", { title }), verb: t("common.tryAgain") },
    expired: { title: t("connect.expiredTitle"), text: t("connect.nothingChanged"), verb: t("connect.startAgain") },
    wrong_browser: { title: t("connect.wrongBrowserTitle"), text: t("connect.wrongBrowser"), verb: t("connect.startAgain") },
    failed: {
      title: t("connect.failedTitle", { title }),
      text: status.state === "failed" ? text.reason(status.reason) : "",
      verb: t("common.tryAgain"),
    },
  }[status.state];
  return (
    <Callout
      tone="warning"
      title={said.title}
      isNews
      actions={
        <Button variant="secondary" size="small" onClick={onAgain}>
          {said.verb}
        </Button>
      }
    >
      {said.text}
    </Callout>
  );
};

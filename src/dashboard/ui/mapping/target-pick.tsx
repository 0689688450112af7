/** The provider's field that a rule fills; a new one where the provider lets us make it. */
import { Button } from "@saleor/macaw-ui";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView, FieldView } from "@/dashboard/api/views";
import type { FieldTarget } from "@/model/rules";
import { BusyButton } from "../parts/busy-button";
import { Field, FieldNote } from "../parts/field";
import { Pick } from "../parts/pick";
import { useTRPC } from "../shell/api";
import { useProviderText } from "../text";
import { type Draft, stateOf, targetOf } from "./drafts";

interface TargetPickProps {
  draft: Draft;
  connection: ConnectionView;
  fields: FieldView[] | null;
  canCreate: boolean;
  readOnly: boolean;
  problem: string | undefined;
  onChange(target: FieldTarget | null): void;
  onFieldMade(field: FieldView): void;
}

export const TargetPick = (p: TargetPickProps) => {
  const t = useTranslations();
  const { draft, fields, connection } = p;
  const [isMaking, setIsMaking] = useState(false);
  const { target } = draft;
  const state = target && fields ? stateOf(target, fields) : "fine";
  const now = state === "fine" ? undefined : fields?.find(({ id }) => id === target?.id);
  const options = optionsOf(fields, target, (field) => describe(t, field));
  const warning = state === "fine" ? undefined : t(`mapping.target.${state}`, { field: target?.id ?? "", title: connection.title });
  return (
    <div className="crm-rule-part">
      <div>
        <Pick
          label={t("mapping.to", { title: connection.title })}
          value={target?.id ?? null}
          disabled={p.readOnly || options.length === 0}
          problem={Boolean(p.problem ?? warning)}
          options={options}
          onChange={(id) => {
            const field = fields?.find((one) => one.id === id);
            if (field) p.onChange(targetOf(field));
          }}
        />
        <FieldNote problem={p.problem ?? warning} help={!target && draft.wish ? t("mapping.wish", draft.wish) : null} />
      </div>
      {now && !p.readOnly ? (
        <div>
          <Button variant="secondary" size="small" onClick={() => p.onChange(targetOf(now))}>
            {t("mapping.takeNow")}
          </Button>
        </div>
      ) : null}
      {p.canCreate && (!target || state === "gone") ? (
        isMaking ? (
          <NewField {...p} onDone={() => setIsMaking(false)} />
        ) : (
          <div>
            <Button variant="secondary" size="small" onClick={() => setIsMaking(true)}>
              {t("mapping.create")}
            </Button>
          </div>
        )
      ) : null}
    </div>
  );
};

function optionsOf(fields: FieldView[] | null, target: FieldTarget | null, label: (field: FieldView) => string) {
  const known = (fields ?? []).map((field) => ({ value: field.id, label: label(field) }));
  const isKnown = target === null || known.some(({ value }) => value === target.id);
  return isKnown ? known : [{ value: target.id, label: target.id }, ...known];
}

type Translate = ReturnType<typeof useTranslations>;

function describe(t: Translate, { label, id, type, maxLength }: FieldView): string {
  const kind = t(`mapping.type.${type}`);
  const name = label === id ? id : t("mapping.fieldName", { label, id });
  return maxLength && type === "text"
    ? t("mapping.fieldWithLength", { name, type: kind, count: maxLength })
    : t("mapping.field", { name, type: kind });
}

const TYPES = ["text", "number", "date"] as const;

const NewField = ({ draft, connection, onChange, onFieldMade, onDone }: TargetPickProps & { onDone(): void }) => {
  const t = useTranslations();
  const text = useProviderText(connection.provider, connection.title);
  const [label, setLabel] = useState(draft.wish?.label ?? (draft.source.kind === "customer" ? "" : draft.source.key));
  const [type, setType] = useState<(typeof TYPES)[number]>(draft.wish?.type ?? (draft.transform.kind === "number" ? "number" : "text"));
  const make = useMutation(
    useTRPC().mapping.createField.mutationOptions({
      onSuccess: (answer) => {
        if (answer.kind !== "ok") return;
        onFieldMade(answer.field);
        onChange(targetOf(answer.field));
        onDone();
      },
    }),
  );
  const refused = make.data?.kind === "failed" ? text.reason(make.data.reason) : make.isError ? t("settings.appDidNotAnswer") : undefined;
  return (
    <div className="crm-rule-new">
      <Field label={t("mapping.newLabel")} value={label} problem={refused} onChange={(event) => setLabel(event.target.value)} />
      <Pick
        label={t("mapping.newType")}
        value={type}
        options={TYPES.map((one) => ({ value: one, label: t(`mapping.type.${one}`) }))}
        onChange={(one) => setType(one)}
      />
      <div className="crm-row">
        <BusyButton
          variant="secondary"
          size="small"
          isBusy={make.isPending}
          disabled={label.trim() === ""}
          onClick={() => make.mutate({ id: connection.id, field: { label, type } })}
        >
          {t("mapping.createNow")}
        </BusyButton>
        <Button variant="tertiary" size="small" onClick={onDone}>
          {t("common.cancel")}
        </Button>
      </div>
    </div>
  );
};

/** What the drafts make of one customer, asked again shortly after every change. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { FieldRule } from "@/model/rules";
import { useTRPC } from "../shell/api";
import { type Draft, ruleOf } from "./drafts";
import type { PreviewRow } from "./rule-card";

const PAUSE_MS = 300;

export function useRulePreview(connectionId: string, who: string, drafts: readonly Draft[]) {
  const whole = drafts.flatMap((draft) => {
    const rule = ruleOf(draft);
    return rule ? [{ id: draft.id, rule }] : [];
  });
  const asked = useCalm(JSON.stringify(whole.map(({ rule }) => rule)));
  const fieldRules = JSON.parse(asked) as FieldRule[];
  const enabled = who !== "";
  const query = useQuery(
    useTRPC().mapping.preview.queryOptions(
      { id: connectionId, who, fieldRules },
      { enabled, placeholderData: keepPreviousData, refetchOnWindowFocus: false },
    ),
  );
  const answer = enabled ? query.data : undefined;
  const isOfNow = answer?.kind === "preview" && answer.rows.length === whole.length;
  const rows = new Map<number, PreviewRow>(isOfNow ? whole.map(({ id }, n) => [id, answer.rows[n]!]) : []);
  return { answer, rows, isLoading: enabled && query.isFetching, failed: enabled && query.isError ? query.error : null };
}

/** The value once it has stood still. */
function useCalm(value: string): string {
  const [calm, setCalm] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setCalm(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return calm;
}

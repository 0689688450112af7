/** Saves rules of one kind. What was refused stays on the screen. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ConnectionView, RulesView } from "@/dashboard/api/views";
import type { ChangeRule } from "@/model/change-rules";
import type { ConsentRule, FieldRule } from "@/model/rules";
import type { SaveTrouble } from "../settings/use-save";
import { useTRPC } from "../shell/api";
import { useDashboard } from "../shell/dashboard";

type Change = { fieldRules: FieldRule[]; changeRules: ChangeRule[] } | { consentRules: ConsentRule[] };

export function useSaveRules(connection: ConnectionView, rules: RulesView, toast: string) {
  const { mapping, connections } = useTRPC();
  const queryClient = useQueryClient();
  const { said } = useDashboard();
  const [problem, setProblem] = useState<SaveTrouble | null>(null);
  /** Codes of our own schema, of rules that a newer or an older page sent. */
  const [refused, setRefused] = useState<string | null>(null);
  const [saves, setSaves] = useState(0);
  const mutation = useMutation(
    mapping.save.mutationOptions({
      onMutate: () => {
        setProblem(null);
        setRefused(null);
      },
      onSuccess: (answer, sent) => {
        if (answer.kind === "invalid") return setRefused(answer.problems[0]?.messageKey ?? "invalid_value");
        if (answer.kind !== "saved") return setProblem(answer);
        const { id: _, ...kept } = sent as Partial<RulesView> & { id: string };
        const next = { ...rules, ...kept, version: answer.version };
        queryClient.setQueryData(mapping.rules.queryKey({ id: connection.id }), next);
        void queryClient.invalidateQueries(connections.settings.queryFilter({ id: connection.id }));
        setSaves((before) => before + 1);
        said(toast);
      },
      onError: (error) => setProblem({ kind: "failed", error }),
    }),
  );
  return {
    isSaving: mutation.isPending,
    saves,
    problem,
    refused,
    send: (change: Change) => mutation.mutate({ id: connection.id, version: rules.version, ...change }),
  };
}

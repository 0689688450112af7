/** Saves the form. What was refused stays in the fields; nothing is cleared. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { UseFormReturn } from "react-hook-form";
import { useTranslations } from "use-intl";
import type { ConnectionView, SaveResult, SettingsView } from "@/dashboard/api/views";
import { useTRPC } from "../shell/api";
import { useDashboard } from "../shell/dashboard";
import { useProviderText } from "../text";
import type { SettingsValues } from "./settings-form";

export type SaveTrouble = Extract<SaveResult, { kind: "conflict" | "unavailable" }> | { kind: "failed"; error: unknown };

interface UseSave {
  connection: ConnectionView;
  settings: SettingsView;
  form: UseFormReturn<SettingsValues>;
}

export function useSave({ connection, settings, form }: UseSave) {
  const t = useTranslations();
  const { connections, runs } = useTRPC();
  const queryClient = useQueryClient();
  const { said, failed } = useDashboard();
  const text = useProviderText(connection.provider, connection.title);
  const [version, setVersion] = useState(settings.version);
  const [problem, setProblem] = useState<SaveTrouble | null>(null);
  const [saves, setSaves] = useState(0);
  const began = useRef(settings.values);
  // Turning live sync on or off is a save as well. It leaves the fields as they are, so what is typed here still fits.
  useEffect(() => {
    if (isSame(settings.values, began.current)) setVersion((before) => Math.max(before, settings.version));
  }, [settings]);

  const saved = (values: SettingsValues, next: number) => {
    began.current = values;
    setVersion(next);
    setSaves((before) => before + 1);
    form.reset(values);
    queryClient.setQueryData(connections.settings.queryKey({ id: connection.id }), { ...settings, version: next, values });
    void queryClient.invalidateQueries(connections.get.queryFilter({ id: connection.id }));
    void queryClient.invalidateQueries(connections.list.queryFilter());
    void queryClient.invalidateQueries(runs.pathFilter());
    said(t("save.saved"));
  };
  const refused = (problems: { name: string; messageKey: string }[]) => {
    problems.forEach(({ name, messageKey }, index) => {
      const message = text.say(messageKey) ?? (t.has(messageKey) ? t(messageKey) : text.error(messageKey));
      form.setError(name, { type: "server", message }, { shouldFocus: index === 0 });
    });
    failed(t("save.couldNot"), t("save.lookAtFields"));
  };
  const mutation = useMutation(
    connections.saveSettings.mutationOptions({
      onMutate: () => setProblem(null),
      onSuccess: (answer, { values }) => {
        if (answer.kind === "saved") return saved(values, answer.version);
        if (answer.kind === "invalid") return refused(answer.problems);
        setProblem(answer);
      },
      onError: (error) => setProblem({ kind: "failed", error }),
    }),
  );
  return {
    isSaving: mutation.isPending,
    saves,
    problem,
    send: (values: SettingsValues) => mutation.mutate({ id: connection.id, version, values }),
  };
}

const isSame = (one: SettingsValues, other: SettingsValues) => Object.keys({ ...one, ...other }).every((name) => one[name] === other[name]);

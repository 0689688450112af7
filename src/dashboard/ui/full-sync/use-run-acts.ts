/** What a person may do with a run. A refusal of our own server is said as a notice; the card stays as it was. */
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import { useDashboard } from "../shell/dashboard";
import { useRunDriver } from "./run-driver-provider";

export function useRunActs(connection: ConnectionView) {
  const t = useTranslations();
  const driver = useRunDriver();
  const { failed } = useDashboard();
  const act = (name: "start" | "resume" | "pause" | "cancel") => ({
    onError: () => failed(t(`fullSync.couldNot.${name}`), t("fullSync.nothingLost")),
  });
  return {
    start: useMutation({ mutationFn: (total: number) => driver.start(connection.id, total), ...act("start") }),
    resume: useMutation({ mutationFn: (run: RunView) => driver.resume(run), ...act("resume") }),
    pause: useMutation({ mutationFn: (run: RunView) => driver.pause(run), ...act("pause") }),
    cancel: useMutation({ mutationFn: (run: RunView) => driver.cancel(run), ...act("cancel") }),
  };
}

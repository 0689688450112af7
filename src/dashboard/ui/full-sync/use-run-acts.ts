/** What a person may do with a run. A refusal of our own server is said as a notice; the card stays as it was. */
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import { useDashboard } from "../shell/dashboard";
import type { StartWish } from "./run-driver";
import { useRunDriver } from "./run-driver-provider";

export function useRunActs(connection: ConnectionView) {
  const t = useTranslations();
  const driver = useRunDriver();
  const { failed } = useDashboard();
  const act = (name: "start" | "resume" | "pause" | "cancel" | "background") => ({
    onError: () => failed(t(`fullSync.couldNot.${name}`), t("fullSync.nothingLost")),
  });
  return {
    start: useMutation({ mutationFn: (wish: StartWish) => driver.start(connection.id, wish), ...act("start") }),
    resume: useMutation({ mutationFn: (run: RunView) => driver.resume(run), ...act("resume") }),
    toBackground: useMutation({ mutationFn: (run: RunView) => driver.toBackground(run), ...act("background") }),
    pause: useMutation({ mutationFn: (run: RunView) => driver.pause(run), ...act("pause") }),
    cancel: useMutation({ mutationFn: (run: RunView) => driver.cancel(run), ...act("cancel") }),
  };
}

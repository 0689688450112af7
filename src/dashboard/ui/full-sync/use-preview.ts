/** What a full sync would do, asked for by a click and forgotten with the page: settings may change in between. */
import { useMutation } from "@tanstack/react-query";
import { useTRPCClient } from "../shell/api";
import { type Estimate, estimateOf, type Preview } from "./estimate";

export interface PreviewAsk {
  isLooking: boolean;
  error: unknown;
  /** Why there is none, as a reason code. */
  unavailable: string | null;
  preview: Preview | null;
  estimate: Estimate | null;
  look(): void;
}

export function usePreview(connectionId: string): PreviewAsk {
  const api = useTRPCClient();
  const asked = useMutation({ mutationFn: () => api.runs.preview.query({ connectionId }) });
  const preview = asked.data?.kind === "preview" ? asked.data : null;
  return {
    isLooking: asked.isPending,
    error: asked.error,
    unavailable: asked.data?.kind === "unavailable" ? asked.data.reason : null,
    preview,
    estimate: preview && estimateOf(preview),
    look: () => asked.mutate(),
  };
}

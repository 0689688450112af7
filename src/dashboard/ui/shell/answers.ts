/** What our server said instead of an answer. */
import { TRPCClientError } from "@trpc/client";

export function statusOf(error: unknown): number | null {
  if (!(error instanceof TRPCClientError)) return null;
  const status = (error.data as { httpStatus?: unknown } | null)?.httpStatus;
  return typeof status === "number" ? status : null;
}

/** Permissions that would have been needed, as the server names them: all of them, or any one. */
export function missingOf(error: unknown): { names: string[]; isAny: boolean } {
  const data = error instanceof TRPCClientError ? (error.data as { missing?: unknown; isAny?: unknown } | null) : null;
  return { names: Array.isArray(data?.missing) ? data.missing.map(String) : [], isAny: data?.isAny === true };
}

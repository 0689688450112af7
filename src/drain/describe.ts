/** Class and place of an error; its message may quote data. */
export function describe(error: unknown): { name: string; at: string | undefined } {
  const known = error instanceof Error ? error : new Error(typeof error);
  return {
    name: known.name,
    at: known.stack
      ?.split("\n")
      .find((line) => line.includes(" at "))
      ?.trim(),
  };
}

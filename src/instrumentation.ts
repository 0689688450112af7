/** Compiled for the edge as well: nothing Node-only may stand in this file. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs") await (await import("./instrumentation-node")).start();
}

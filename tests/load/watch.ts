/** What a process uses while something is measured. */
import { cpuMs, rssMb } from "./machine";

export interface Used {
  /** Megabytes at the beginning, and the most that was seen. */
  rssBefore: number;
  rssPeak: number;
  cpuSeconds: number;
  /** Of one core. */
  cpuShare: number;
}

/** Looks four times a second; the pid may change (a restart). */
export function watchProcess(pid: () => number): { stop(): Used } {
  const [rssBefore, cpuBefore, from] = [rssMb(pid()), cpuMs(pid()), performance.now()];
  let rssPeak = rssBefore;
  const look = () => {
    rssPeak = Math.max(rssPeak, rssMb(pid()));
  };
  const timer = setInterval(look, 250);
  return {
    stop() {
      clearInterval(timer);
      look();
      const cpuSeconds = (cpuMs(pid()) - cpuBefore) / 1000;
      return { rssBefore, rssPeak, cpuSeconds, cpuShare: cpuSeconds / ((performance.now() - from) / 1000) };
    },
  };
}

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** A benchmark that does not come to its end says so instead of running for ever. */
export function atMost(minutes: number): void {
  setTimeout(() => {
    console.error(`\nstopped after ${minutes} minutes (BENCH_MINUTES)`);
    process.exit(1);
  }, minutes * 60_000).unref();
}

export const row = (cells: readonly (string | number)[]) => console.log(`| ${cells.join(" | ")} |`);

export function head(cells: readonly string[]): void {
  row(cells);
  console.log(`|${"---|".repeat(cells.length)}`);
}

import { describe, expect, it } from "vitest";
import type { ConnectionView } from "@/dashboard/api/views";
import { isFirstRun, setupOf, stepIn } from "@/dashboard/ui/setup/steps";

const bare = { id: "c1", target: null, live: false, isPaused: false, fullSyncedAt: null, run: null } as unknown as ConnectionView;
const target = { id: "t", name: "Newsletter" };
const run = { state: "running" } as ConnectionView["run"];

describe("how far a shop is with its setup", () => {
  it.each<[string, Partial<ConnectionView>[], string | null, number]>([
    ["nothing is connected", [], "provider", 0],
    ["connected", [{}], "target", 2],
    ["a target was chosen", [{ target }], "look", 3],
    ["live sync is on", [{ target, live: true }], "full_sync", 5],
    ["live sync was on once", [{ target, isPaused: true }], "full_sync", 5],
    ["a full sync was finished, and live sync is off", [{ target, fullSyncedAt: "2026-05-12T10:00:00Z" }], "live", 5],
    ["everything was done", [{ target, live: true, fullSyncedAt: "2026-05-12T10:00:00Z" }], null, 6],
    ["a second provider was connected later", [{}, { id: "c2", target, live: true, fullSyncedAt: "2026-05-12T10:00:00Z" }], null, 6],
  ])("%s", (_, connections, next, done) => {
    const setup = setupOf(connections.map((one) => ({ ...bare, ...one })));
    expect([setup.next, setup.done.size]).toEqual([next, done]);
  });

  it("is a first run until something was sent or may be sent", () => {
    const first = (...connections: Partial<ConnectionView>[]) => isFirstRun(connections.map((one) => ({ ...bare, ...one })));
    expect([first(), first({}), first({ target })]).toEqual([true, true, true]);
    expect([first({ target, live: true }), first({ target, isPaused: true }), first({ target, run })]).toEqual([false, false, false]);
    expect(first({}, { target, live: true })).toBe(false);
  });

  it("shows the step that an address names only where it can be looked at", () => {
    const setup = setupOf([{ ...bare, target }]);
    expect(stepIn("target", setup)).toBe("target");
    expect(stepIn("live", setup)).toBe("live");
    expect(stepIn("full_sync", setup)).toBe("look");
    expect(stepIn("nonsense", setup)).toBe("look");
    expect(stepIn(undefined, setupOf([]))).toBe("provider");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvOf } from "@/dashboard/ui/full-sync/csv";
import { RateMeter, roundedLeft } from "@/dashboard/ui/full-sync/rate";

describe("a CSV for a spreadsheet", () => {
  it("never lets a cell begin like a formula", () => {
    fc.assert(
      fc.property(fc.constantFrom("=", "+", "-", "@", "\t", " ="), fc.string(), (start, rest) => {
        const line = csvOf(["a"], [[start + rest]]).split("\r\n")[1] ?? "";
        expect(line.startsWith("'") || line.startsWith(`"'`)).toBe(true);
      }),
    );
  });

  it("quotes commas, quotes and line ends, and marks itself as UTF-8", () => {
    expect(csvOf(["id", "text"], [["1", 'He said "no", twice\nat least']])).toBe(
      '\uFEFFid,text\r\n1,"He said ""no"", twice\nat least"\r\n',
    );
  });

  it("leaves plain cells as they are", () => {
    expect(csvOf(["id"], [["VXNlcjox"]])).toBe("\uFEFFid\r\nVXNlcjox\r\n");
  });
});

describe("the speed of a run", () => {
  it("says nothing for five seconds, then speaks of the last thirty", () => {
    const meter = new RateMeter();
    meter.add(0, 0);
    meter.add(3_000, 100);
    expect(meter.read(1000)).toEqual({ perSecond: null, secondsLeft: null });
    meter.add(10_000, 500);
    expect(meter.read(1000)).toEqual({ perSecond: 50, secondsLeft: 10 });
    meter.add(60_000, 500);
    expect(meter.read(1000).perSecond).toBe(0);
    expect(meter.read(1000).secondsLeft).toBeNull();
  });

  it("rounds what is left", () => {
    expect(roundedLeft(3)).toEqual({ unit: "seconds", value: 5 });
    expect(roundedLeft(21)).toEqual({ unit: "seconds", value: 25 });
    expect(roundedLeft(170)).toEqual({ unit: "minutes", value: 3 });
    expect(roundedLeft(7300)).toEqual({ unit: "hours", value: 2 });
  });
});

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { asFormValue, blamedField, describeForm, secretFields } from "./form";

const schema = z.object({
  place: z.string().default("").meta({ section: "where", kind: "target" }),
  mode: z.enum(["a", "b"]).meta({ section: "where" }).default("b"),
  on: z.boolean().default(false),
  note: z.string().min(1).optional(),
  things: z
    .array(z.object({ name: z.string().min(1), colour: z.enum(["red", "blue"]).default("blue"), shade: z.string().default("") }))
    .default([])
    .meta({ section: "where" }),
  host: z
    .string()
    .default("api.vendor.example")
    .meta({ check: true, suggestions: ["api.vendor.example"] }),
  key: z.string().min(5).meta({ secret: true }),
  token: z.string().optional().meta({ secret: true, hidden: true }),
});

describe("describeForm", () => {
  it("draws one field per visible setting, in order", () => {
    expect(describeForm(schema).map(({ name, kind, section, optional }) => [name, kind, section, optional])).toEqual([
      ["place", "target", "where", true],
      ["mode", "choice", "where", false],
      ["on", "toggle", "general", false],
      ["note", "text", "general", true],
      ["things", "rows", "where", false],
      ["host", "text", "general", true],
      ["key", "secret", "general", false],
    ]);
  });

  it("names the message keys of every option and carries the default", () => {
    expect(describeForm(schema)[1]).toEqual({
      name: "mode",
      kind: "choice",
      section: "where",
      labelKey: "settings.mode.label",
      helpKey: "settings.mode.help",
      options: [
        { value: "a", labelKey: "settings.mode.a.label", helpKey: "settings.mode.a.help" },
        { value: "b", labelKey: "settings.mode.b.label", helpKey: "settings.mode.b.help" },
      ],
      columns: [],
      suggestions: [],
      check: false,
      default: "b",
      optional: false,
    });
  });

  it("draws a list of things as a table with one column for each of their values", () => {
    const things = describeForm(schema)[4];
    expect(things?.default).toEqual([]);
    expect(things?.columns).toEqual([
      { name: "name", kind: "text", labelKey: "settings.things.name.label", options: [], default: "", optional: false },
      {
        name: "colour",
        kind: "choice",
        labelKey: "settings.things.colour.label",
        options: [
          { value: "red", labelKey: "settings.things.colour.red.label", helpKey: "settings.things.colour.red.help" },
          { value: "blue", labelKey: "settings.things.colour.blue.label", helpKey: "settings.things.colour.blue.help" },
        ],
        default: "blue",
        optional: false,
      },
      { name: "shade", kind: "text", labelKey: "settings.things.shade.label", options: [], default: "", optional: true },
    ]);
  });

  it("offers the button and the usual values where the setting asks for them", () => {
    expect(describeForm(schema)[5]).toMatchObject({ check: true, suggestions: ["api.vendor.example"], default: "api.vendor.example" });
  });

  it("hands on what a form can hold and nothing else", () => {
    expect([asFormValue([{ a: "x" }]), asFormValue("x"), asFormValue([{ a: 1 }]), asFormValue(7)]).toEqual([[{ a: "x" }], "x", null, null]);
  });

  it("blames the field that is at fault, else the secret", () => {
    const credentials = z.object({ address: z.string().meta({ blamedFor: ["host_refused"] }), key: z.string().meta({ secret: true }) });
    expect(blamedField(credentials, "host_refused")).toBe("address");
    expect(blamedField(credentials, "credentials_refused")).toBe("key");
  });

  it("knows every secret, hidden ones too", () => {
    expect(secretFields(schema)).toEqual(["key", "token"]);
  });
});

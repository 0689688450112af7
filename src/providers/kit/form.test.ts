import { describe, expect, it } from "vitest";
import { z } from "zod";
import { blamedField, describeForm, secretFields } from "./form";

const schema = z.object({
  place: z.string().default("").meta({ section: "where", kind: "target" }),
  mode: z.enum(["a", "b"]).meta({ section: "where" }).default("b"),
  on: z.boolean().default(false),
  note: z.string().min(1).optional(),
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
      default: "b",
      optional: false,
    });
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

import { describe, expect, it } from "vitest";
import { createSealer, createSigner, SealUnreadable } from "./crypto";

const bound = "https://a.example/graphql/|QXBwOjE=|mailchimp";
const sealer = createSealer({ current: "first secret" });

function reasonOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof SealUnreadable) return error.reason;
    throw error;
  }
  return "readable";
}

describe("sealing", () => {
  it("gives back what was sealed, non-Latin text included", () => {
    const sealed = sealer.seal('{"name":"Магазин"}', bound);
    expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(sealer.open(sealed, bound)).toBe('{"name":"Магазин"}');
  });

  it("never seals the same text to the same value twice", () => {
    expect(sealer.seal("x", bound)).not.toBe(sealer.seal("x", bound));
  });

  it("opens only where it belongs", () => {
    const sealed = sealer.seal("x", bound);
    for (const elsewhere of [bound.replace("mailchimp", "mindbox"), bound.replace("a.example", "b.example"), ""]) {
      expect(reasonOf(() => sealer.open(sealed, elsewhere))).toBe("damaged");
    }
  });

  it("notices a change of any part", () => {
    const parts = sealer.seal("some text", bound).split(".");
    for (const index of [2, 3, 4]) {
      const changed = Buffer.from(parts[index]!, "base64url");
      changed[0]! ^= 1;
      const tampered = parts.with(index, changed.toString("base64url")).join(".");
      expect(reasonOf(() => sealer.open(tampered, bound))).toBe("damaged");
    }
    const shortTag = parts.with(4, Buffer.from(parts[4]!, "base64url").subarray(0, 4).toString("base64url")).join(".");
    expect(reasonOf(() => sealer.open(shortTag, bound))).toBe("damaged");
  });

  it("says apart another key, another format and damage", () => {
    const other = createSealer({ current: "second secret" });
    expect(reasonOf(() => other.open(sealer.seal("x", bound), bound))).toBe("unknown_key");
    expect(reasonOf(() => sealer.open("plain text", bound))).toBe("unknown_format");
    expect(reasonOf(() => sealer.open("", bound))).toBe("unknown_format");
  });

  it("reads with a previous key and writes with the current one", () => {
    const rotated = createSealer({ current: "second secret", previous: "first secret" });
    expect(rotated.open(sealer.seal("x", bound), bound)).toBe("x");
    expect(reasonOf(() => sealer.open(rotated.seal("x", bound), bound))).toBe("unknown_key");
  });
});

describe("signing", () => {
  const signer = createSigner({ current: "first secret" }, "oauth state");

  it("gives back what it signed and nothing else", () => {
    const signed = signer.sign('{"a":1}');
    expect(signer.verify(signed)).toBe('{"a":1}');
    const [body, signature] = signed.split(".");
    const forgedBody = Buffer.from('{"a":2}').toString("base64url");
    for (const forged of [`${forgedBody}.${signature}`, `${body}.`, body!, `${signed}.x`, "", `${body}.AAAA`]) {
      expect(signer.verify(forged)).toBeNull();
    }
  });

  it("keeps purposes and secrets apart, and lets a previous secret verify", () => {
    const signed = signer.sign("x");
    expect(createSigner({ current: "first secret" }, "something else").verify(signed)).toBeNull();
    expect(createSigner({ current: "second secret" }, "oauth state").verify(signed)).toBeNull();
    expect(createSigner({ current: "second secret", previous: "first secret" }, "oauth state").verify(signed)).toBe("x");
  });
});

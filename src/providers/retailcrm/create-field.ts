/** A new field of customers in the account's dictionary (reference 2.6; the vendor's PHP and Go clients, read 2026-11). */
import { createHash } from "node:crypto";
import type { Answer, FieldDefinition, NewField } from "../contract";
import { asDefinition } from "./account";
import type { RetailCrmLink } from "./settings";
import { Visit } from "./visit";

const TYPES: Readonly<Record<NewField["type"], string>> = { text: "string", number: "numeric", date: "date" };
const MOST_IN_CODE = 50;

/** Never required: nobody is refused for it. Needs `custom_fields_write`, which keeping customers does not. */
export async function createField(link: RetailCrmLink, { label, type }: NewField): Promise<Answer<FieldDefinition>> {
  const visit = new Visit(link);
  if (visit.stopped) return visit.stopped;
  const wish = { code: codeFrom(label), name: label, type: TYPES[type], required: false, viewMode: "editable" };
  const said = await visit.api.createCustomField(wish);
  if (said.kind === "ok") return { kind: "ok", value: asDefinition({ ...wish, code: said.value.code || wish.code }, new Map()) };
  // Ours keeps to the alphabet of codes: it is refused only where somebody has it.
  const isTaken = said.problem.status === 400 && said.problem.errors.some(({ field }) => /(^|\W)code$/.test(field));
  return isTaken ? { kind: "refused", reason: "field_exists" } : visit.fail(said.problem, [label]);
}

const CYRILLIC: Readonly<Record<string, string>> = Object.fromEntries(
  "а=a б=b в=v г=g д=d е=e ё=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya"
    .split(" ")
    .map((pair) => pair.split("=") as [string, string]),
);

/** Of `a-z`, `0-9` and `_`; names of other alphabets get a code that is the same every time. */
export function codeFrom(label: string): string {
  const plain = label
    .toLowerCase()
    .replace(/[а-яё]/g, (letter) => CYRILLIC[letter] ?? "")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+/, "")
    .slice(0, MOST_IN_CODE)
    .replace(/_+$/, "");
  return plain || `field_${createHash("sha256").update(label).digest("hex").slice(0, 8)}`;
}

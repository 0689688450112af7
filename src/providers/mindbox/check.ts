/** The buttons beside the operations. Nothing is changed: "get" asks for nobody, the others are called with nothing to act upon. */
import type { Answer, Checked } from "../contract";
import { NOBODY } from "./account";
import { call } from "./client";
import { classify } from "./failures";
import { bySaleorId } from "./find-card";
import type { MindboxLink, Settings } from "./settings";

const MODES: Readonly<Record<string, keyof Settings>> = {
  importOperation: "importMode",
  editOperation: "editMode",
  confirmOperation: "confirmMode",
};

export async function check(link: MindboxLink, setting: string): Promise<Answer<Checked>> {
  return setting === "getOperation" ? checkGet(link) : checkName(link, setting);
}

async function checkGet(link: MindboxLink): Promise<Answer<Checked>> {
  const { settings } = link;
  const body = { customer: bySaleorId(settings, NOBODY) };
  const said = await call(link, { operation: settings.getOperation, mode: "sync", body });
  if (said.kind === "problem") return classify(said.problem);
  // Without the processing status a look-up may leave an empty card behind (reference 3.1), and nobody can be told from somebody.
  return { kind: "ok", value: { code: said.value.customer?.processingStatus === "NotFound" ? "get_works" : "get_says_no_status" } };
}

/** An empty call names nobody, so Mindbox refuses it; how it refuses tells whether the name is known. */
async function checkName(link: MindboxLink, setting: string): Promise<Answer<Checked>> {
  const { settings } = link;
  const operation = String(settings[setting as keyof Settings]);
  const mode = settings[MODES[setting] ?? "importMode"] === "async" ? "async" : "sync";
  const said = await call(link, { operation, mode, body: {} });
  if (said.kind === "ok") return { kind: "ok", value: { code: "name_known" } };
  const failure = classify(said.problem);
  return failure.kind === "refused" ? { kind: "ok", value: { code: "name_known" } } : failure;
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import {
  buildSchema,
  type DocumentNode,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  specifiedRules,
  validate,
  visit,
} from "graphql";
import { describe, expect, it } from "vitest";
import { sdlFor } from "../sandbox/saleor/schema";

const root = resolve(import.meta.dirname, "../..");
const specs = resolve(root, "../shared/specs");

/** First schema line a document may be sent to; every other document works on all of them. */
const NEEDS: Readonly<Record<string, "3.22" | "3.23">> = {
  "customer-deleted": "3.23",
  "customer-attributes": "3.23",
  "customer-count-range": "3.22",
  "customer-ids-range": "3.22",
  "app-problem-create": "3.22",
  "app-problem-dismiss": "3.22",
};
const SCHEMA_LINES = ["3.21", "3.22", "3.23"] as const;
const CORES = { "3.21": "3.21.69", "3.22": "3.22.67", "3.23": "3.23.28" } as const;

const filesIn = (folder: string) =>
  readdirSync(join(root, "graphql", folder))
    .filter((name) => name.endsWith(".graphql"))
    .map((name) => join(root, "graphql", folder, name));

const fragments = parse(
  filesIn("fragments")
    .map((file) => readFileSync(file, "utf8"))
    .join("\n"),
);

const documents = ["subscriptions", "queries", "mutations"]
  .flatMap(filesIn)
  .map((file) => ({ name: basename(file, ".graphql"), document: withItsFragments(parse(readFileSync(file, "utf8"))) }));

function withItsFragments(document: DocumentNode): DocumentNode {
  const wanted = new Set<string>();
  visit(document, { FragmentSpread: (node) => void wanted.add(node.name.value) });
  const used = fragments.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION && wanted.has(one.name.value));
  return { ...document, definitions: [...document.definitions, ...used] };
}

const mistakes = (schema: GraphQLSchema, document: DocumentNode) =>
  validate(schema, document, specifiedRules).map((error) => error.message);

/** Members of our types that the full schema lacks or types differently. */
function disagreements(own: GraphQLSchema, full: GraphQLSchema): string[] {
  const named = Object.values(own.getTypeMap()).filter(({ name }) => !name.startsWith("__"));
  return named.flatMap(({ name }) => {
    const theirs = new Set(membersOf(full, name));
    return membersOf(own, name).filter((member) => !theirs.has(member));
  });
}

function membersOf(schema: GraphQLSchema, typeName: string): string[] {
  const type = schema.getType(typeName);
  if (isEnumType(type)) return type.getValues().map(({ name }) => `${typeName}.${name}`);
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return type ? [typeName] : [];
  return Object.values<GraphQLField<unknown, unknown> | GraphQLInputField>(type.getFields()).flatMap((field) => {
    const path = `${typeName}.${field.name}`;
    const args = "args" in field ? field.args.map((arg) => `${path}(${arg.name}: ${relaxed(path, String(arg.type))})`) : [];
    return [`${path}: ${field.type}`, ...args];
  });
}

/** 3.23.23 made the id optional, because a webhook may also be named by its identifier: ours fits both. */
const relaxed = (path: string, type: string) => (/\.webhook(Update|Delete)$/.test(path) ? type.replace(/^ID!$/, "ID") : type);

describe("the documents we send to Saleor", () => {
  const own = buildSchema(readFileSync(join(root, "graphql/schema.graphql"), "utf8"));

  it.each(documents)("$name fits our part of the schema", ({ document }) => {
    expect(mistakes(own, document)).toEqual([]);
  });

  it("never ask for an e-mail in an event", () => {
    for (const file of filesIn("subscriptions")) expect(readFileSync(file, "utf8")).not.toMatch(/mail\b/i);
  });

  describe.skipIf(!existsSync(specs))("against the full schemas, where they are at hand (not part of this repository)", () => {
    for (const line of SCHEMA_LINES) {
      const file = join(specs, `saleor-schema-${line}.graphql`);
      if (!existsSync(file)) continue;
      const full = buildSchema(readFileSync(file, "utf8"));
      const wanted = documents.filter(({ name }) => line >= (NEEDS[name] ?? "3.21"));
      it(`our part agrees with ${line} in names, types and nullability`, () => {
        expect(disagreements(buildSchema(sdlFor(CORES[line])), full)).toEqual([]);
      });
      it.each(wanted)(`$name is valid on ${line}`, ({ document }) => {
        expect(mistakes(full, document)).toEqual([]);
      });
      it.each(documents.filter((one) => !wanted.includes(one)))(`$name is refused by ${line}, as the table says`, ({ document }) => {
        expect(mistakes(full, document)).not.toEqual([]);
      });
    }
  });
});

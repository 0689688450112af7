import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "graphql/schema.graphql",
  documents: ["graphql/{subscriptions,queries,mutations,fragments}/*.graphql"],
  generates: {
    "graphql/generated/graphql.ts": {
      plugins: ["typescript-operations", "typed-document-node"],
      config: {
        strictScalars: true,
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: {
          ID: "string",
          DateTime: "string",
          Date: "string",
          Metadata: "Record<string, string>",
          Minute: "number",
          PositiveInt: "number",
        },
      },
    },
  },
};

export default config;

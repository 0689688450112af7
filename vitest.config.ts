import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: {
      "@/": fileURLToPath(new URL("./src/", import.meta.url)),
      "@graphql/": fileURLToPath(new URL("./graphql/", import.meta.url)),
    },
  },
  test: {
    // Vite would take graphql's ES build while its users in node_modules get the CommonJS one, and graphql refuses to work across the two.
    alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }],
    include: ["src/**/*.test.ts", "src/**/*.test.tsx", "tests/**/*.test.ts"],
    exclude: ["tests/e2e/**", "tests/load/**", "node_modules/**"],
    globalSetup: ["tests/template-db.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: PGlite and the stand-ins are real servers, more forks only make each other late.
    maxWorkers: 2,
  },
});

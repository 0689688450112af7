import { defineConfig } from "vitest/config";

/** In real Chromium against the production build. Two files at once on two cores: each starts a whole shop, and waits most of its time. */
export default defineConfig({
  test: {
    // As in vitest.config.ts: one build of graphql for the stand-in and for its libraries.
    alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }],
    include: ["tests/e2e/**/*.test.ts"],
    exclude: ["node_modules/**"],
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
});

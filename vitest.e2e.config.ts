import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.ts";

/** In real Chromium against the production build. One file after the other: each starts a whole shop, and time is measured in seconds. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: ["tests/e2e/**/*.test.ts"],
      exclude: ["node_modules/**"],
      fileParallelism: false,
      testTimeout: 90_000,
      hookTimeout: 120_000,
    },
  }),
);

/** @type {import("next").NextConfig} */
const nextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // `npm test` checks types over the whole tree, tests included; a build on a small machine need not do it again.
  typescript: { ignoreBuildErrors: true },
  // The shared runtime starts every page by an inline script, which our content security policy forbids.
  experimental: { turbopackSharedRuntime: false },
  // Catalogues are compiled when the pages are built, so that no page carries a parser of messages (use-intl 4.14).
  turbopack: {
    rules: Object.fromEntries(
      ["**/dashboard/ui/messages/??.json", "**/providers/*/messages.??.json"].map((files) => [
        files,
        { loaders: ["./scripts/compile-messages.mjs"], as: "*.js" },
      ]),
    ),
    resolveAlias: { "use-intl/format-message": "use-intl/format-message/format-only" },
  },
  allowedDevOrigins: ["127.0.0.1"],
  // These ship WASM, native look-ups or CommonJS tricks that a bundler breaks: they are required from node_modules.
  serverExternalPackages: [
    "pino",
    "pino-pretty",
    "pg-boss",
    "pg",
    "@electric-sql/pglite",
    "@mailchimp/mailchimp_marketing",
    "proper-lockfile",
    "redis",
    "undici",
    "prom-client",
  ],
};

export default nextConfig;

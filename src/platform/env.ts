/**
 * The only reader of `process.env`. Everything is parsed once; a wrong value stops the start with one sentence per
 * variable. Every variable is explained in `.env.example`.
 */
import path from "node:path";
import { z } from "zod";
import { isLoopbackHost } from "./public-address";

const SANDBOX_ONLY = [
  "MAILCHIMP_LOGIN_BASE_URL",
  "MAILCHIMP_API_BASE_URL",
  "MINDBOX_BASE_URL",
  "RETAILCRM_BASE_URL",
  "SANDBOX_CUT_OFF_SECONDS",
];

const text = z.string().trim().min(1);
const baseUrl = z
  .string()
  .regex(/^https?:\/\/[^\s?#]+$/, "must be an absolute http(s) address without query, e.g. https://crm.example.com")
  .transform((value) => value.replace(/\/+$/, ""));
const page = z.string().regex(/^https:\/\/\S+$/, "must be an https address");
const list = z.string().transform((value) => value.split(/[\s,]+/).filter((entry) => entry !== ""));
const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(["1", "true", "yes", "on", "0", "false", "no", "off"], { error: "must be true or false" }))
  .transform((value) => ["1", "true", "yes", "on"].includes(value));
const pattern = z.string().transform((value, context) => {
  try {
    return new RegExp(`^(?:${value})$`, "i");
  } catch {
    context.addIssue({ code: "custom", message: "must be a regular expression, e.g. .*\\.example\\.com" });
    return z.NEVER;
  }
});
const origin = z.string().regex(/^https?:\/\/[^\s/]+$/, "must be a list of origins, e.g. https://dashboard.example.com");

const APLS = ["file", "postgres", "redis", "upstash", "vercel-kv", "dynamodb", "env"] as const;
const apl = z.enum(APLS, { error: `must be one of ${APLS.join(", ")}` });
/** Long enough that nobody guesses it. */
const secret = z.string().min(16, "must have at least 16 characters, better: openssl rand -hex 32");

const variables = z.object({
  NODE_ENV: z.enum(["production", "development", "test"]).catch("development"),
  SECRET_KEY: z.string().min(16, "must have at least 16 characters, better 32 random ones").optional(),
  SECRET_KEY_PREVIOUS: z.string().min(16, "must have at least 16 characters").optional(),
  APL: apl.optional(),
  FILE_APL_PATH: text.optional(),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, "must start with redis:// or rediss://")
    .optional(),
  UPSTASH_URL: baseUrl.optional(),
  UPSTASH_TOKEN: text.optional(),
  KV_URL: text.optional(),
  KV_REST_API_URL: text.optional(),
  KV_REST_API_TOKEN: text.optional(),
  KV_REST_API_READ_ONLY_TOKEN: text.optional(),
  KV_STORAGE_NAMESPACE: text.optional(),
  DYNAMODB_MAIN_TABLE_NAME: text.optional(),
  AWS_REGION: text.optional(),
  SALEOR_API_URL: baseUrl.transform((value) => `${value}/`).optional(),
  SALEOR_APP_ID: text.optional(),
  SALEOR_APP_TOKEN: text.optional(),
  APP_LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"], {
      error: "must be one of trace, debug, info, warn, error, fatal, silent",
    })
    .default("info"),
  ALLOWED_DOMAIN_PATTERN: pattern.optional(),
  ALLOWED_DASHBOARD_ORIGINS: list.pipe(z.array(origin)).default([]),
  SALEOR_ALLOWED_HOSTS: list.default([]),
  PROVIDER_ALLOWED_HOSTS: list.default([]),
  MAILCHIMP_CLIENT_ID: text.optional(),
  MAILCHIMP_CLIENT_SECRET: text.optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must start with postgres:// or postgresql://")
    .optional(),
  DATABASE_POOL_SIZE: z.coerce
    .number({ error: "must be a number of connections" })
    .int("must be a whole number")
    .min(2, "must be at least 2")
    .default(10),
  DATA_DIR: text.default(".data"),
  RUN_WORKER: flag.default(true),
  WORKER_PORT: z.coerce.number({ error: "must be a port number" }).int().min(0).max(65535).optional(),
  METRICS_TOKEN: secret.optional(),
  ALERT_WEBHOOK_URL: z
    .string()
    .regex(/^https?:\/\/\S+$/, "must be an absolute http(s) address")
    .optional(),
  ALERT_WEBHOOK_SECRET: secret.optional(),
  CRON_SECRET: secret.optional(),
  CRON_SECONDS: z.coerce.number({ error: "must be a number of seconds" }).positive("must be above 0").default(45),
  LEASE_SECONDS: z.coerce
    .number({ error: "must be a number of seconds" })
    .min(3, "must be at least 3")
    .max(60, "must be at most 60")
    .default(30),
  SANDBOX_CUT_OFF_SECONDS: z.coerce.number({ error: "must be a number of seconds" }).positive("must be above 0").optional(),
  RETRY_MIN_SECONDS: z.coerce
    .number({ error: "must be a number of seconds" })
    .positive("must be above 0")
    .max(3600, "must be at most 3600")
    .default(5),
  RETRY_MAX_SECONDS: z.coerce
    .number({ error: "must be a number of seconds" })
    .positive("must be above 0")
    .max(86_400, "must be at most 86400")
    .default(3600),
  CATCH_UP_MINUTES: z.coerce.number({ error: "must be a number of minutes" }).positive("must be above 0").default(10),
  OPT_OUTS_MINUTES: z.coerce.number({ error: "must be a number of minutes" }).positive("must be above 0").default(5),
  FIRST_ORDERS_HOURS: z.coerce.number({ error: "must be a number of hours" }).positive("must be above 0").default(24),
  COMPARE_HOURS: z.coerce.number({ error: "must be a number of hours" }).positive("must be above 0").default(168),
  GIVE_UP_HOURS: z.coerce.number({ error: "must be a number of hours" }).positive("must be above 0").default(72),
  APP_IFRAME_BASE_URL: baseUrl.optional(),
  APP_API_BASE_URL: baseUrl.optional(),
  MANIFEST_APP_ID: text.max(256, "must have at most 256 characters").default("saleor.app.crm"),
  HOMEPAGE_URL: page.optional(),
  SUPPORT_URL: page.optional(),
  PRIVACY_URL: page.optional(),
  PORT: z.coerce.number({ error: "must be a port number" }).int().min(0).max(65535).default(3000),
  CRM_SANDBOX: flag.default(false),
});

type Variables = z.output<typeof variables>;
type Apl = (typeof APLS)[number];
export type Env = Omit<Variables, "FILE_APL_PATH" | "APL"> & {
  FILE_APL_PATH: string;
  APL: Apl;
  given: Readonly<Record<string, string>>;
};
type Source = Readonly<Record<string, string | undefined>>;

/** Thrown at start. The message holds names of variables and what is wrong with them, never a value. */
export class EnvironmentRefused extends Error {
  constructor(readonly sentences: readonly string[]) {
    super(`The app cannot start with these settings:\n${sentences.map((sentence) => `  - ${sentence}`).join("\n")}`);
    this.name = "EnvironmentRefused";
  }
}

export function loadEnv(source: Source = process.env): Env {
  const given = withoutEmpty(source);
  const parsed = variables.safeParse(given);
  if (!parsed.success) throw new EnvironmentRefused(parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}.`));
  // Many processes share a server's database, and then they must share the installations as well.
  const APL = parsed.data.APL ?? (parsed.data.DATABASE_URL ? "postgres" : "file");
  const sentences = [...missing({ ...parsed.data, APL }), ...sandboxTrouble(parsed.data, given)];
  if (sentences.length > 0) throw new EnvironmentRefused(sentences);
  const filePath = parsed.data.FILE_APL_PATH ?? path.join(parsed.data.DATA_DIR, "auth.json");
  return { ...parsed.data, APL, FILE_APL_PATH: filePath, given };
}

/** `NAME=` in a file means the same as no line at all. */
function withoutEmpty(source: Source): Record<string, string> {
  const entries = Object.entries(source).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== "");
  return Object.fromEntries(entries);
}

const NEEDED_BY_APL: Record<Apl, readonly (keyof Variables)[]> = {
  file: [],
  postgres: ["DATABASE_URL"],
  redis: ["REDIS_URL"],
  upstash: ["UPSTASH_URL", "UPSTASH_TOKEN"],
  "vercel-kv": ["KV_URL", "KV_REST_API_URL", "KV_REST_API_TOKEN", "KV_REST_API_READ_ONLY_TOKEN", "KV_STORAGE_NAMESPACE"],
  dynamodb: ["DYNAMODB_MAIN_TABLE_NAME", "AWS_REGION"],
  env: ["SALEOR_API_URL", "SALEOR_APP_ID", "SALEOR_APP_TOKEN"],
};

function missing(env: Variables & { APL: Apl }): string[] {
  const sentences = NEEDED_BY_APL[env.APL]
    .filter((name) => env[name] === undefined)
    .map((name) => `${name} is needed because APL is ${env.APL}.`);
  if (env.NODE_ENV === "production" && !env.CRM_SANDBOX && env.SECRET_KEY === undefined) {
    sentences.push("SECRET_KEY is needed in production: credentials are encrypted with it. Make one with: openssl rand -hex 32");
  }
  if ((env.MAILCHIMP_CLIENT_ID === undefined) !== (env.MAILCHIMP_CLIENT_SECRET === undefined)) {
    sentences.push("MAILCHIMP_CLIENT_ID and MAILCHIMP_CLIENT_SECRET belong together: set both or none.");
  }
  if ((env.ALERT_WEBHOOK_URL === undefined) !== (env.ALERT_WEBHOOK_SECRET === undefined)) {
    sentences.push("ALERT_WEBHOOK_URL and ALERT_WEBHOOK_SECRET belong together: set both or none.");
  }
  if (!env.RUN_WORKER && env.DATABASE_URL === undefined) {
    sentences.push("RUN_WORKER=false needs DATABASE_URL: the embedded database belongs to one process, so nobody else could deliver.");
  }
  if (env.RETRY_MIN_SECONDS > env.RETRY_MAX_SECONDS) sentences.push("RETRY_MIN_SECONDS must not be above RETRY_MAX_SECONDS.");
  return sentences;
}

/** The sandbox switch opens http and loopback vendors, so it must be useless on a machine that others can reach. */
function sandboxTrouble(env: Variables, given: Record<string, string>): string[] {
  if (!env.CRM_SANDBOX) {
    return SANDBOX_ONLY.filter((name) => given[name] !== undefined).map((name) => `${name} is only allowed together with CRM_SANDBOX=1.`);
  }
  const own = ["APP_IFRAME_BASE_URL", "APP_API_BASE_URL"] as const;
  return own
    .filter((name) => env[name] === undefined || !isLoopbackHost(new URL(env[name]).hostname))
    .map((name) => `${name} must be a loopback address such as http://127.0.0.1:${env.PORT} while CRM_SANDBOX=1 is set.`);
}

const store = globalThis as { __crmEnv?: Env };

/** Kept on `globalThis`: Next builds pages and instrumentation as separate module graphs. Never called while a module loads, so that a build needs no settings. */
export function env(): Env {
  store.__crmEnv ??= loadEnv();
  return store.__crmEnv;
}

/** For tests: the next `env()` reads again, or gets what is handed over. */
export function setEnv(value: Env | null): void {
  store.__crmEnv = value ?? undefined;
}

/** Vendor hosts replaced by name, from the variables that a provider declares. Empty without the sandbox switch. */
export function endpointOverrides(sandboxEnv: Readonly<Record<string, string>>, from: Env = env()): Record<string, string> {
  if (!from.CRM_SANDBOX) return {};
  const found = Object.entries(sandboxEnv).map(([endpoint, name]) => [endpoint, from.given[name]?.replace(/\/+$/, "")]);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/** Our client id and secret with a vendor, by the names the provider declares; `null` = this installation has none. */
export function clientCredentials(
  names: { id: string; secret: string },
  from: Env = env(),
): { clientId: string; clientSecret: string } | null {
  const clientId = from.given[names.id];
  const clientSecret = from.given[names.secret];
  return clientId && clientSecret ? { clientId, clientSecret } : null;
}

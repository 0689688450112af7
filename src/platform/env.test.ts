import { describe, expect, it } from "vitest";
import { clientCredentials, EnvironmentRefused, endpointOverrides, loadEnv } from "./env";

const loopback = { APP_IFRAME_BASE_URL: "http://127.0.0.1:3000", APP_API_BASE_URL: "http://localhost:3000" };
const sentencesOf = (source: Record<string, string>): readonly string[] => {
  try {
    loadEnv(source);
    return [];
  } catch (error) {
    if (error instanceof EnvironmentRefused) return error.sentences;
    throw error;
  }
};

describe("the environment", () => {
  it("needs nothing at all in development", () => {
    const env = loadEnv({});
    expect(env).toMatchObject({
      APL: "file",
      APP_LOG_LEVEL: "info",
      RUN_WORKER: true,
      DATA_DIR: ".data",
      MANIFEST_APP_ID: "saleor.app.crm",
      PORT: 3000,
    });
    expect(env.FILE_APL_PATH).toBe(".data/auth.json");
  });

  it("reads an empty value as no value", () => {
    expect(loadEnv({ SECRET_KEY: "", APL: " ", RUN_WORKER: "" })).toMatchObject({ APL: "file", RUN_WORKER: true });
  });

  it("keeps installations in the database where a server's is named, unless told otherwise", () => {
    const DATABASE_URL = "postgres://db/crm";
    expect(loadEnv({ DATABASE_URL }).APL).toBe("postgres");
    expect(loadEnv({ DATABASE_URL, APL: "file" }).APL).toBe("file");
  });

  it.each([
    [{ SECRET_KEY: "short" }, /SECRET_KEY must have at least 16/],
    [{ APL: "postgres" }, /DATABASE_URL is needed because APL is postgres/],
    [{ APL: "shelf" }, /APL must be one of file, postgres, redis/],
    [{ RUN_WORKER: "false" }, /RUN_WORKER=false needs DATABASE_URL/],
    [{ METRICS_TOKEN: "short" }, /METRICS_TOKEN must have at least 16/],
    [{ APL: "redis" }, /REDIS_URL is needed because APL is redis/],
    [{ APL: "upstash", UPSTASH_URL: "https://u.example" }, /UPSTASH_TOKEN is needed/],
    [{ APP_LOG_LEVEL: "loud" }, /APP_LOG_LEVEL must be one of trace/],
    [{ ALLOWED_DOMAIN_PATTERN: "(" }, /ALLOWED_DOMAIN_PATTERN must be a regular expression/],
    [{ ALLOWED_DASHBOARD_ORIGINS: "dashboard.example.com" }, /ALLOWED_DASHBOARD_ORIGINS.* must be a list of origins/],
    [{ DATABASE_URL: "mysql://x" }, /DATABASE_URL must start with postgres/],
    [{ RUN_WORKER: "perhaps" }, /RUN_WORKER must be true or false/],
    [{ PORT: "high" }, /PORT must be a port number/],
    [{ APP_API_BASE_URL: "crm.example.com" }, /APP_API_BASE_URL must be an absolute/],
    [{ MAILCHIMP_CLIENT_ID: "1" }, /MAILCHIMP_CLIENT_ID and MAILCHIMP_CLIENT_SECRET belong together/],
    [{ ALERT_WEBHOOK_URL: "https://ops.example/crm" }, /ALERT_WEBHOOK_URL and ALERT_WEBHOOK_SECRET belong together/],
    [{ ALERT_WEBHOOK_URL: "ops.example", ALERT_WEBHOOK_SECRET: "0123456789abcdef" }, /ALERT_WEBHOOK_URL must be an absolute/],
    [{ MAILCHIMP_API_BASE_URL: "http://127.0.0.1:1" }, /MAILCHIMP_API_BASE_URL is only allowed together with CRM_SANDBOX/],
    [{ RETAILCRM_BASE_URL: "http://127.0.0.1:1" }, /RETAILCRM_BASE_URL is only allowed together with CRM_SANDBOX/],
    [{ NODE_ENV: "production" }, /SECRET_KEY is needed in production/],
    [{ CRM_SANDBOX: "1" }, /APP_IFRAME_BASE_URL must be a loopback address/],
    [{ CRM_SANDBOX: "1", ...loopback, APP_API_BASE_URL: "https://crm.example.com" }, /APP_API_BASE_URL must be a loopback address/],
  ])("refuses %j with a sentence", (source, sentence) => {
    expect(sentencesOf(source as Record<string, string>).join("\n")).toMatch(sentence);
  });

  it("names every wrong variable at once and never quotes a value", () => {
    const sentences = sentencesOf({ SECRET_KEY: "hush-hush", PORT: "x", APL: "shelf" });
    expect(sentences).toHaveLength(3);
    expect(sentences.join()).not.toContain("hush-hush");
  });

  it("starts the sandbox in production mode without a key, on loopback", () => {
    expect(loadEnv({ NODE_ENV: "production", CRM_SANDBOX: "1", ...loopback }).CRM_SANDBOX).toBe(true);
  });

  it("anchors the pattern of allowed domains", () => {
    const { ALLOWED_DOMAIN_PATTERN: pattern } = loadEnv({ ALLOWED_DOMAIN_PATTERN: "shop\\.example\\.com|a\\.example" });
    expect(["shop.example.com", "a.example"].every((host) => pattern?.test(host))).toBe(true);
    expect(["shop.example.com.evil.test", "evil-shop.example.com", "xa.example"].some((host) => pattern?.test(host))).toBe(false);
  });

  it("splits lists at commas and blanks", () => {
    expect(loadEnv({ SALEOR_ALLOWED_HOSTS: "api:8000, saleor.internal" }).SALEOR_ALLOWED_HOSTS).toEqual(["api:8000", "saleor.internal"]);
  });
});

describe("what providers read by names of their own", () => {
  const names = { api: "MAILCHIMP_API_BASE_URL", login: "MAILCHIMP_LOGIN_BASE_URL" };

  it("replaces vendor hosts only in the sandbox", () => {
    const sandbox = loadEnv({ CRM_SANDBOX: "1", ...loopback, MAILCHIMP_API_BASE_URL: "http://127.0.0.1:4010/" });
    expect(endpointOverrides(names, sandbox)).toEqual({ api: "http://127.0.0.1:4010" });
    expect(endpointOverrides({ api: "OTHER_BASE_URL" }, loadEnv({ OTHER_BASE_URL: "http://x" }))).toEqual({});
  });

  it("answers no client credentials rather than half of them", () => {
    const declared = { id: "VENDOR_ID", secret: "VENDOR_SECRET" };
    expect(clientCredentials(declared, loadEnv({ VENDOR_ID: "a", VENDOR_SECRET: "b" }))).toEqual({ clientId: "a", clientSecret: "b" });
    expect(clientCredentials(declared, loadEnv({ VENDOR_ID: "a" }))).toBeNull();
  });
});

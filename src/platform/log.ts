/**
 * One JSON line per journey step. Whatever a caller hands over, secrets and personal data don't get out: known field
 * names are censored by pino, and every finished line is scrubbed of addresses and credentials.
 */
import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";
import { env } from "./env";

export type Log = Logger;
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

const SECRET_FIELDS = [
  "token",
  "auth_token",
  "authToken",
  "accessToken",
  "access_token",
  "apiKey",
  "clientSecret",
  "client_secret",
  "secret",
  "secretKey",
  "password",
  "authorization",
  "cookie",
  "credentials",
  "headers",
  "jwks",
  "code",
  "state",
  "email",
  "emailAddress",
  "email_address",
  "firstName",
  "lastName",
  "phone",
  "address",
];
/** `code` and `state` are OAuth words, but harmless inside a serialized error. */
const paths = SECRET_FIELDS.flatMap((name) => (name === "code" || name === "state" ? [name] : [name, `*.${name}`, `*.*.${name}`]));

/** Every word is tried once, from its beginning: at every letter, a long word from a stranger holds up the process for seconds. */
const SCRUBS: readonly [RegExp, string][] = [
  [/(?<![^\s@<>"'`,;:()[\]{}=/\\])[^\s@<>"'`,;:()[\]{}=/\\]+(?:(?:@|%40)[^\s@<>"'`,;:()[\]{}=/\\]+)+/gi, "[email]"],
  [/(?<![\w-])(?=[\w-]*eyJ)[\w-]+\.[\w-]+\.[\w-]*/g, "[jwt]"],
  [/\bbearer\s+[^\s"\\]+/gi, "Bearer [redacted]"],
  [/\b[0-9a-f]{32}-[a-z]{2,3}\d{1,3}\b/gi, "[key]"],
];

/** Takes e-mail addresses and credentials out of a text that came from outside; leaves JSON well-formed. */
export function scrub(text: string): string {
  return SCRUBS.reduce((rest, [found, instead]) => rest.replace(found, instead), text);
}

/** Own properties of errors (requests, responses, query parameters) are left out: libraries put secrets there. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === "string" ? { code } : {}),
    ...(error.stack ? { stack: error.stack } : {}),
    ...(error.cause instanceof Error && depth < 4 ? { cause: describeError(error.cause, depth + 1) } : {}),
  };
}

export function createLog(level: LogLevel = "info", destination?: DestinationStream): Log {
  const options: LoggerOptions = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError, error: describeError },
    redact: { paths, censor: "[redacted]" },
    hooks: { streamWrite: scrub },
  };
  return destination ? pino(options, destination) : pino(options);
}

const store = globalThis as { __crmLog?: Log };

/** The process's log, at APP_LOG_LEVEL. */
export function log(): Log {
  store.__crmLog ??= createLog(env().APP_LOG_LEVEL);
  return store.__crmLog;
}

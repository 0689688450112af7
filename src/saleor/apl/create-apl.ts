/**
 * The store of auth data that APL names. Made at its first use: three of them pull in packages or connections that
 * nobody else should pay for.
 */
import type { APL } from "@saleor/app-sdk/APL";
import { createSealer } from "@/platform/crypto";
import { sharedDatabase } from "@/platform/db";
import { type Env, env } from "@/platform/env";
import { log } from "@/platform/log";
import { loadSecretKeys } from "@/platform/secret-key";
import { createFileApl } from "./file-apl";
import { createPostgresApl } from "./postgres-apl";

const holder = globalThis as { __crmApl?: APL };

/** One per process, so that there is one connection to the store. */
export function sharedApl(): APL {
  holder.__crmApl ??= createApl(env());
  return holder.__crmApl;
}

/** For tests: the next use takes the present environment. */
export function forgetApl(): void {
  holder.__crmApl = undefined;
}

export function createApl(env: Env): APL {
  switch (env.APL) {
    case "file":
      return createFileApl(env.FILE_APL_PATH);
    case "postgres":
      return createPostgresApl({ db: async () => (await sharedDatabase()).db, sealer: createSealer(loadSecretKeys(env)), log: log() });
    case "redis":
      return lazily(() => redisApl(env));
    case "upstash":
      return lazily(() => upstashApl(env));
    case "vercel-kv":
      return lazily(vercelKvApl);
    case "dynamodb":
      return lazily(() => dynamoApl(env));
    case "env":
      return lazily(() => envApl(env));
  }
}

function lazily(make: () => Promise<APL>): APL {
  let made: Promise<APL> | null = null;
  const apl = () => {
    made ??= make().catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
  return {
    get: async (saleorApiUrl) => (await apl()).get(saleorApiUrl),
    set: async (authData) => (await apl()).set(authData),
    delete: async (saleorApiUrl) => (await apl()).delete(saleorApiUrl),
    getAll: async () => (await apl()).getAll(),
    async isReady() {
      try {
        return (await (await apl()).isReady?.()) ?? { ready: true };
      } catch (error) {
        return { ready: false, error: error as Error };
      }
    },
    async isConfigured() {
      try {
        return (await (await apl()).isConfigured?.()) ?? { configured: true };
      } catch (error) {
        return { configured: false, error: error as Error };
      }
    },
  };
}

async function redisApl(env: Env): Promise<APL> {
  const [{ RedisAPL }, { createClient }] = await Promise.all([import("@saleor/app-sdk/APL/redis"), import("redis")]);
  const client = createClient({ url: env.REDIS_URL });
  // Without a listener a lost connection ends the process; the client connects again by itself.
  client.on("error", (error: Error) => log().error({ err: error }, "connection to Redis failed"));
  return new RedisAPL({ client: client as unknown as ConstructorParameters<typeof RedisAPL>[0]["client"] });
}

async function upstashApl(env: Env): Promise<APL> {
  const { createUpstashApl } = await import("./upstash-apl");
  return createUpstashApl({ restURL: env.UPSTASH_URL ?? "", restToken: env.UPSTASH_TOKEN ?? "" });
}

async function envApl(env: Env): Promise<APL> {
  const { EnvAPL } = await import("@saleor/app-sdk/APL/env");
  return new EnvAPL({ env: { token: env.SALEOR_APP_TOKEN ?? "", appId: env.SALEOR_APP_ID ?? "", saleorApiUrl: env.SALEOR_API_URL ?? "" } });
}

// The packages behind the next two are large and rarely wanted: the operator adds them, and the bundler is told not to look.

async function vercelKvApl(): Promise<APL> {
  const { VercelKvApl } = await needing(
    "vercel-kv",
    "@vercel/kv",
    () => import(/* webpackIgnore: true */ /* turbopackIgnore: true */ "@saleor/app-sdk/APL/vercel-kv"),
  );
  const apl: APL = new VercelKvApl();
  // The SDK's list throws while nothing has ever been written (app-sdk 1.15.0).
  const getAll = () => apl.getAll().catch((error: Error) => (/never written/.test(error.message) ? [] : Promise.reject(error)));
  return {
    get: (saleorApiUrl) => apl.get(saleorApiUrl),
    set: (authData) => apl.set(authData),
    delete: (saleorApiUrl) => apl.delete(saleorApiUrl),
    getAll,
    isReady: () => apl.isReady?.() ?? Promise.resolve({ ready: true }),
    isConfigured: () => apl.isConfigured?.() ?? Promise.resolve({ configured: true }),
  };
}

interface DynamoPackages {
  sdk: { DynamoAPL: { create(deps: { table: unknown }): APL } };
  toolbox: { Table: new (options: Record<string, unknown>) => unknown };
  client: { DynamoDBClient: new (options: { region: string | undefined }) => unknown };
  document: { DynamoDBDocumentClient: { from(client: unknown): unknown } };
}

async function dynamoApl(env: Env): Promise<APL> {
  const names = "dynamodb-toolbox @aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb @aws-sdk/util-dynamodb";
  const { sdk, toolbox, client, document } = await needing("dynamodb", names, dynamoPackages);
  const documentClient = document.DynamoDBDocumentClient.from(new client.DynamoDBClient({ region: env.AWS_REGION }));
  const keys = { partitionKey: { name: "PK", type: "string" }, sortKey: { name: "SK", type: "string" } };
  return sdk.DynamoAPL.create({ table: new toolbox.Table({ documentClient, name: env.DYNAMODB_MAIN_TABLE_NAME, ...keys }) });
}

async function dynamoPackages(): Promise<DynamoPackages> {
  const load = (name: string): Promise<unknown> => import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name);
  const [sdk, toolbox, client, document] = await Promise.all(
    ["@saleor/app-sdk/APL/dynamodb", "dynamodb-toolbox", "@aws-sdk/client-dynamodb", "@aws-sdk/lib-dynamodb"].map(load),
  );
  return { sdk, toolbox, client, document } as DynamoPackages;
}

async function needing<T>(apl: string, packages: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new Error(`APL=${apl} needs packages that are not installed: npm install ${packages}`, { cause: error });
  }
}

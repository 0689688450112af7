/** The connections room on a real database, with a stand-in Saleor and a stand-in Mailchimp, and its two doors served. */
import { rm } from "node:fs/promises";
import { sql } from "kysely";
import { answerDoor } from "@/connections/answer-door";
import { createConnections } from "@/connections/connections";
import { createOAuth } from "@/connections/oauth";
import { visitCallback, visitStart } from "@/connections/oauth-doors";
import type { LinkInput } from "@/connections/provider-parts";
import { createSettingsStore } from "@/connections/settings-store";
import { forgetDeliveries } from "@/ledger/marks";
import type { Shop } from "@/model/shop";
import { createSealer, createSigner, type SecretKeys } from "@/platform/crypto";
import { type Database, openDatabase } from "@/platform/db";
import { providerList } from "@/providers";
import type { AnyProvider, Link } from "@/providers/contract";
import { createLimiter } from "@/providers/kit/limiter";
import { createSaleorClient, type SaleorClient } from "@/saleor/client";
import { createGuardedFetch } from "@/saleor/guarded-fetch";
import { exampleStore, type MailchimpSandbox, otherStore, startMailchimp } from "../sandbox/mailchimp";
import { type SaleorSandbox, startSaleor } from "../sandbox/saleor/saleor";
import { freshDataDir } from "../template-db";
import { type ServedHandlers, serveHandlers } from "./serve-handler";

export interface LogLine {
  fields: Record<string, unknown>;
  message: string;
}

export interface Rooms {
  connections: ReturnType<typeof createConnections>;
  oauth: ReturnType<typeof createOAuth>;
}

export interface Town {
  db: Database["db"];
  saleor: SaleorSandbox;
  mailchimp: MailchimpSandbox;
  log: LogLine[];
  /** Where the app's doors are. */
  appBaseUrl: string;
  /** As a process with this key sees it; nothing is cached between two of them. */
  rooms(keys?: SecretKeys, providers?: readonly AnyProvider[]): Rooms;
  /** A new installation; the one before is replaced by it. */
  install(): Promise<{ shop: Shop; token: string }>;
  /** Resets what Saleor holds of the app under this key. */
  stored(shop: Shop, key: string): string | undefined;
  put(shop: Shop, key: string, value: string): void;
  rows<T>(statement: string): Promise<T[]>;
  close(): Promise<void>;
}

const keys: SecretKeys = { current: "a secret for these tests" };

export async function buildTown(accounts = [exampleStore(), otherStore()]): Promise<Town> {
  const dataDir = freshDataDir("crm-connections-");
  const [database, saleor, mailchimp] = await Promise.all([openDatabase({ dataDir }), startSaleor(), startMailchimp({ accounts })]);
  const { db } = database;
  const log: LogLine[] = [];
  const tokens = new Map<string, string>();
  const makeRooms = roomMaker({ db, saleor, mailchimp, log, tokens });
  const doors = await serveDoors(makeRooms(keys, providerList).oauth);
  const installable = await serveManifest();
  const town: Town = {
    db,
    saleor,
    mailchimp,
    log,
    appBaseUrl: doors.origin,
    rooms: (withKeys = keys, providers = providerList) => makeRooms(withKeys, providers),
    async install() {
      const { appId, token } = await saleor.install(`${installable.origin}/manifest/${tokens.size}`);
      tokens.set(appId, token);
      return { shop: await town.rooms().connections.ensureShop(saleor.apiUrl, appId), token };
    },
    stored: (shop, key) => saleor.app(shop.appId)?.privateMeta[key],
    put(shop, key, value) {
      const app = saleor.app(shop.appId)!;
      Object.assign(app, { privateMeta: { ...app.privateMeta, [key]: value } });
    },
    rows: async <T>(statement: string) => (await sql.raw<T>(statement).execute(db)).rows,
    async close() {
      await Promise.all([doors.close(), installable.close(), saleor.close(), mailchimp.close()]);
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return town;
}

type Parts = Pick<Town, "db" | "saleor" | "mailchimp" | "log"> & { tokens: Map<string, string> };

function roomMaker({ db, saleor, mailchimp, log, tokens }: Parts) {
  const note = (fields: Record<string, unknown>, message: string) => void log.push({ fields, message });
  const logger = { info: note, warn: note, error: note };
  const endpoints = { api: mailchimp.url, login: mailchimp.url };
  const fetch = createGuardedFetch({ allowedHosts: [], allowLoopback: true });
  const clientOf = async (shop: Shop): Promise<SaleorClient | null> => {
    const token = tokens.get(shop.appId);
    return token ? createSaleorClient({ saleorApiUrl: saleor.apiUrl, token, fetch, timeoutMs: 2_000 }) : null;
  };
  const linkTo = ({ provider, settings, credentials, target, signal }: LinkInput): Link => ({
    settings,
    credentials,
    target,
    endpoints,
    hosts: { allowed: [], allowLoopback: true },
    limiter: createLimiter(provider.limits),
    cache: new Map(),
    log: logger,
    signal,
  });
  return (keys: SecretKeys, providers: readonly AnyProvider[]): Rooms => {
    const sealer = createSealer(keys);
    const provider = (id: string) => providers.find((one) => one.id === id);
    const connections = createConnections({
      db,
      store: createSettingsStore({ saleor: clientOf, sealer }),
      providers,
      provider,
      linkTo,
      ledgerReset: (id) => forgetDeliveries(db, id),
    });
    const oauth = createOAuth({
      db,
      connections,
      sealer,
      signer: createSigner(keys, "oauth state"),
      provider,
      linkTo,
      endpoints: () => endpoints,
      client: () => ({ clientId: mailchimp.clientId, clientSecret: mailchimp.clientSecret }),
      log: logger,
    });
    return { connections, oauth };
  };
}

function serveDoors({ deps }: Rooms["oauth"]): Promise<ServedHandlers> {
  return serveHandlers({
    "/api/oauth/[provider]/start": {
      default: (req, res) => answerDoor(req, res, { deps, visit: visitStart, configuredBaseUrl: undefined }),
    },
    "/api/oauth/[provider]/callback": {
      default: (req, res) => answerDoor(req, res, { deps, visit: visitCallback, configuredBaseUrl: undefined }),
    },
  });
}

/** The stand-in Saleor takes one app per identifier; every installation here is another one. */
function serveManifest(): Promise<ServedHandlers> {
  return serveHandlers({
    "/manifest/[n]": {
      default: (req, res) =>
        res.json({
          id: `crm-${String(req.query.n)}`,
          name: "CRM",
          version: "1.0.0",
          permissions: ["MANAGE_USERS"],
          appUrl: "http://127.0.0.1/",
          tokenTargetUrl: `http://${req.headers.host}/register`,
        }),
    },
    "/register": { default: (_req, res) => res.json({ success: true }) },
  });
}

/**
 * The one place that builds things and hands them to each other. Made once per process, on `globalThis`: Next builds
 * pages and instrumentation as separate module graphs.
 */
import type { AuthData } from "@saleor/app-sdk/APL";
import { createAlerts } from "@/connections/alerts";
import { type AuditEntry, audit } from "@/connections/audit";
import { listAudit } from "@/connections/audit-log";
import { createConnections } from "@/connections/connections";
import { createOAuth } from "@/connections/oauth";
import { createProblems } from "@/connections/problems";
import type { LinkInput } from "@/connections/provider-parts";
import { createSettingsStore } from "@/connections/settings-store";
import { keepSetupView, setupViewOf } from "@/connections/setup-view";
import { findShop, pausedShops, pauseShop, removeShop, resumeShop } from "@/connections/shops";
import { languageOfStaff, setStaffLanguage } from "@/connections/staff-language";
import type { DrainDeps } from "@/drain/deps";
import { newOwner } from "@/drain/drain";
import { createDrains } from "@/drain/drains";
import { emailHmac } from "@/drain/identity";
import { createInbound, inboundAddress } from "@/intake/inbound-connection";
import { createLoader } from "@/intake/loader";
import { createMarker } from "@/intake/marker";
import { createOptOutPoll } from "@/intake/opt-out-poll";
import type { ReceiveDeps } from "@/intake/receive";
import { startJobs } from "@/jobs/jobs";
import { takeTurn } from "@/jobs/turn";
import { createBell } from "@/ledger/bell";
import { startFromNow, wantCatchUp } from "@/ledger/catch-up";
import { bringBack } from "@/ledger/clock";
import { forgetGone } from "@/ledger/compare";
import { dueLimitKeys } from "@/ledger/due";
import { settledAmong } from "@/ledger/look";
import { expandPending, forgetDeliveries, mark, shopsToLoad } from "@/ledger/marks";
import { forgetOldHours } from "@/ledger/pulse";
import { watchQueue } from "@/ledger/watch";
import { consentReader } from "@/mapping/consents";
import type { EngineSettings } from "@/model/connection";
import type { Shop, ShopId } from "@/model/shop";
import type { AppInfo } from "@/model/views";
import { createSealer, createSigner } from "@/platform/crypto";
import { closeSharedDatabase, sharedDatabase } from "@/platform/db";
import { clientCredentials, endpointOverrides, env } from "@/platform/env";
import { log } from "@/platform/log";
import { metrics } from "@/platform/metrics";
import { loadSecretKeys } from "@/platform/secret-key";
import { providerList } from "@/providers";
import type { AnyProvider, Link } from "@/providers/contract";
import { createLimiter, type Limiter } from "@/providers/kit/limiter";
import { narrowed } from "@/providers/kit/narrowed";
import type { HostRules } from "@/providers/kit/vendor-host";
import { sharedApl } from "@/saleor/apl/create-apl";
import type { SaleorClient } from "@/saleor/client";
import { setOnInstalled } from "@/saleor/install-hooks";
import { type Mended, mendWebhooks } from "@/saleor/mend-webhooks";
import { saleorClientFor, sharedJwks } from "@/saleor/outbound";
import { findCustomerByEmail, readCustomers } from "@/saleor/read-customers";
import { createWebhookVerifier } from "@/saleor/verify-webhook";
import { createBackground } from "@/sweep/background";
import { type CatchUpDeps, createCatchUp } from "@/sweep/catch-up";
import { type CompareDeps, createComparison } from "@/sweep/compare";
import { createFirstOrders } from "@/sweep/first-orders";
import { createFullSync } from "@/sweep/full-sync";
import { createUndos } from "@/sweep/undo";

export type Rooms = Awaited<ReturnType<typeof build>>;

const holder = globalThis as { __crmRooms?: Promise<Rooms>; __crmStopping?: boolean };

/** A start that failed is tried again by the next caller instead of repeating the old error for ever. */
export function rooms(): Promise<Rooms> {
  if (holder.__crmStopping) return Promise.reject(new Error("the process is stopping"));
  holder.__crmRooms ??= build().catch((error: unknown) => {
    holder.__crmRooms = undefined;
    throw error;
  });
  return holder.__crmRooms;
}

/** The end of the process: whoever still comes is sent away, and Saleor tries again. */
export async function stopRooms(): Promise<void> {
  holder.__crmStopping = true;
  await closeRooms();
}

/** For tests, which open them again. */
export async function closeRooms(): Promise<void> {
  const open = holder.__crmRooms;
  holder.__crmRooms = undefined;
  await (await open)?.close();
}

async function build() {
  const settings = env();
  const logger = log();
  const keys = loadSecretKeys();
  const apl = sharedApl();
  const database = await sharedDatabase();
  const { db } = database;
  const bell = createBell({
    settledAmong: (id, customerIds) => settledAmong(db, id, customerIds),
    // Only on a server may the drain be another process's.
    ...(database.engine === "postgres" && { askEveryMs: 1_000 }),
  });
  // Ids come in from outside: `constructor` is no provider.
  const byId: Record<string, AnyProvider> = Object.assign(
    Object.create(null),
    Object.fromEntries(providerList.map((provider) => [provider.id, withCutOff(provider, settings.SANDBOX_CUT_OFF_SECONDS)])),
  );
  const limiter = limiters();
  const pageLimiter = limiters((limitKey, limits) =>
    narrowed(limiter(limitKey, limits), { inFlight: PAGE_REQUESTS, maxInFlight: PAGE_REQUESTS }),
  );
  const endpoints = (provider: AnyProvider) => endpointOverrides(provider.sandboxEnv);
  const hosts: HostRules = { allowed: settings.PROVIDER_ALLOWED_HOSTS, allowLoopback: settings.CRM_SANDBOX };

  /** Null = the shop is not, or no longer, installed under this app id. */
  async function clientOf(shop: Shop): Promise<SaleorClient | null> {
    const authData = await apl.get(shop.saleorApiUrl);
    return authData && authData.appId === shop.appId ? saleorClientFor(authData) : null;
  }

  const linkTo = (input: LinkInput): Link => ({
    settings: input.settings,
    credentials: input.credentials,
    target: input.target,
    endpoints: endpoints(input.provider),
    hosts,
    // Before the account is known: one merchant's throttled key must not keep the others from connecting.
    limiter: input.limitKey === null ? createLimiter(input.provider.limits) : pageLimiter(input.limitKey, input.provider.limits),
    cache: new Map(),
    log: logger,
    signal: input.signal,
  });

  const sealer = createSealer(keys);
  const connections = createConnections({
    db,
    store: createSettingsStore({ saleor: clientOf, sealer }),
    providers: providerList,
    provider: (id) => byId[id],
    linkTo,
    ledgerReset: (id) => forgetDeliveries(db, id),
  });
  const oauth = createOAuth({
    db,
    connections,
    sealer,
    signer: createSigner(keys, "oauth state"),
    provider: (id) => byId[id],
    linkTo,
    endpoints,
    client: (provider) => (provider.oauth ? clientCredentials(provider.oauth.clientEnv) : null),
    log: logger,
  });

  const problems = createProblems({ db, clientOf, title: (provider) => byId[provider]?.title ?? provider });

  const drainDeps = {
    db,
    owner: newOwner(),
    providers: byId,
    async openConnection(id) {
      const opened = await connections.open(id);
      if (opened.kind !== "open") return opened;
      return {
        kind: "open",
        connection: { ...opened.connection, settings: opened.connection.settings as Record<string, unknown> & EngineSettings },
      };
    },
    async readCustomers(shop, ids, plan) {
      const client = await clientOf(shop);
      return client ? readCustomers(client, ids, plan) : { kind: "unreadable", reason: "shop_not_installed" };
    },
    async findCustomerByEmail(shop, email) {
      const client = await clientOf(shop);
      return client ? findCustomerByEmail(client, email) : { kind: "unreadable", reason: "shop_not_installed" };
    },
    async stopConnection(id, health, reason) {
      const isNews = await connections.markHealth(id, health, reason);
      if (isNews) await problems.raise(id, health).catch(() => logger.warn({ connection: id }, "app problem not raised"));
    },
    limiter,
    endpoints,
    hosts,
    log: logger,
    settled: bell.ring,
    erased: ({ id, shop, provider }, customer) =>
      audit(db, { shopId: shop.id, connectionId: id, staffUserId: null, action: "erased", detail: { provider, customer } }),
    counted: (provider, outcomes) => metrics().outcomes(provider, outcomes),
    retry: { minSeconds: settings.RETRY_MIN_SECONDS, maxSeconds: settings.RETRY_MAX_SECONDS, giveUpHours: settings.GIVE_UP_HOURS },
    leaseSeconds: settings.LEASE_SECONDS,
    sliceMs: 20_000,
    now: () => new Date(),
  } satisfies DrainDeps;
  const drains = createDrains(drainDeps);

  const jobs = await startJobs({
    database,
    log: logger,
    drain: (limitKey) => timed(limitKey, drains.serve(limitKey)),
    dueLimitKeys: () => dueLimitKeys(db),
    async tick() {
      await loadShopsThatWait();
      for (const walk of walks) await walk.tick();
      await tidyNowAndThen();
      await mendClockNowAndThen();
      await alertNowAndThen();
    },
    daily: () => daily(),
  });

  const wake = (limitKey: string) => {
    drains.poke(limitKey);
    jobs.wake(limitKey);
  };

  const noteWalk: CatchUpDeps["ended"] = (walked, seconds) => metrics().caughtUp(walked.kind, seconds, walked.seen);
  const denied = async (shop: Shop) => {
    const authData = await apl.get(shop.saleorApiUrl);
    if (authData?.appId === shop.appId) await mendShop(authData);
  };
  const brake: CompareDeps["brake"] = (id, { absent }) =>
    problems.raiseBrake(id, absent).catch(() => logger.warn({ connection: id }, "app problem not raised"));
  const inbound = createInbound({
    db,
    open: (id) => connections.open(id),
    provider: (id) => byId[id],
    linkTo: (connection, provider, signal) => linkTo({ ...connection, provider, signal }),
    clientOf,
    consentsOf: consentReader,
    personOf: emailHmac,
    log: logger,
  });
  const keepHistory = providerList.filter(({ history }) => history).map(({ id }) => id);

  /** Whoever starts walks also ends them: the worker with the process, a turn with its request. */
  const makeWalks = () => {
    const common = { db, clientOf, wake, log: logger };
    return [
      createBackground(common),
      createCatchUp({ ...common, everyMinutes: settings.CATCH_UP_MINUTES, ended: noteWalk, denied }),
      createOptOutPoll({ ...inbound, providers: keepHistory, everyMinutes: settings.OPT_OUTS_MINUTES }),
      createFirstOrders({ ...common, everyHours: settings.FIRST_ORDERS_HOURS }),
      createComparison({ ...common, everyHours: settings.COMPARE_HOURS, brake }),
      createUndos(common),
    ];
  };
  const walks = makeWalks();
  let isWorker = false;
  const walkSoon = () => {
    if (isWorker) void walks[0]?.tick().catch(() => logger.warn({}, "a run waits for the next look"));
  };

  /** Nobody delivers but whoever asks: a page that waits for its customers serves their limit key itself. */
  const wakeForPage = (limitKey: string) => {
    wake(limitKey);
    if (!settings.RUN_WORKER && settings.CRON_SECRET) void timed(limitKey, drains.serve(limitKey));
  };

  /** `/api/cron`: a worker's work for as long as a request lasts. */
  const turn = () =>
    takeTurn({
      drains: createDrains(drainDeps),
      walks: makeWalks(),
      dueLimitKeys: () => dueLimitKeys(db),
      async tick() {
        await loadShopsThatWait();
        await tidyNowAndThen();
        await mendClockNowAndThen();
        await alertNowAndThen();
        await jobs.runDaily();
      },
      seconds: settings.CRON_SECONDS,
    });

  /** Shops whose connections are not mirrored yet: first start, or a database that was lost. */
  async function loadShopsThatWait(): Promise<void> {
    for (const id of await shopsToLoad(db)) loader.soon(id);
  }

  const loader = createLoader({ load });
  /** Credentials that nobody confirmed do not rest here for longer than they must; shops that went may have come back. */
  const tidyNowAndThen = nowAndThen(600_000, async () => {
    await oauth.sweepAttempts();
    await lookAtPausedShops();
    await forgetOldHours(db);
    await forgetGone(db);
  });

  const mendClock = async () => {
    const longest = {
      retrySeconds: Math.max(settings.RETRY_MAX_SECONDS, LONGEST_RETRY_AFTER_SECONDS) * 1.1,
      catchUpSeconds: Math.max(settings.CATCH_UP_MINUTES, 10) * 60 * 2,
      compareSeconds: Math.max(settings.COMPARE_HOURS, 24) * 3_600 * 2,
    };
    for (const far of await bringBack(db, longest))
      logger.error({ ...far }, "set for an instant too far ahead: a clock jumped, it goes on now");
  };
  const mendClockNowAndThen = nowAndThen(120_000, mendClock);

  const { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: secret } = settings;
  const alerts = createAlerts({
    db,
    clientOf,
    title: (provider) => byId[provider]?.title ?? provider,
    webhook: url && secret ? { url, secret } : null,
    warn: (fields, message) => logger.warn(fields, message),
  });
  const alertNowAndThen = nowAndThen(60_000, alerts.look);

  async function load(shopId: ShopId): Promise<boolean> {
    const shop = await findShop(db, shopId);
    if (!shop) return true;
    const loaded = await connections.loadShop(shop);
    if (loaded.kind === "loaded") await expandPending(db, shopId);
    else logger.warn({ shopId, reason: loaded.reason }, "settings of a shop could not be loaded, its changes wait");
    return loaded.kind === "loaded";
  }

  /** Once a day and at every start: webhooks of every shop as this version of the app wants them. */
  async function mendAll(): Promise<void> {
    for (const authData of await apl.getAll()) await mendShop(authData);
  }

  async function mendShop(authData: AuthData): Promise<Mended["kind"]> {
    const fields = { shop: authData.saleorApiUrl };
    const client = saleorClientFor(authData);
    const { kind } = await mendWebhooks({ authData, client, baseUrl: settings.APP_API_BASE_URL ?? null, log: logger });
    if (kind === "unavailable") logger.warn({ ...fields, outcome: kind }, "webhooks of a shop could not be looked at");
    const shop = await connections.ensureShop(authData.saleorApiUrl, authData.appId);
    if (kind === "uninstalled" && (await pauseShop(db, shop.id)))
      logger.warn(fields, "the shop does not know the app any more: it is left alone, and forgotten after 30 days");
    if (kind === "mended" && (await resumeShop(db, shop.id))) logger.info(fields, "the shop knows the app again");
    if (kind === "mended") await connections.loadShop(shop);
    return kind;
  }

  /** A shop that was left alone may know the app again, or has been gone for so long that nothing of it is kept. */
  async function lookAtPausedShops(): Promise<void> {
    for (const { shop, isOver } of await pausedShops(db, 50)) {
      const authData = await apl.get(shop.saleorApiUrl);
      const kind = authData?.appId === shop.appId ? await mendShop(authData) : "uninstalled";
      if (kind === "uninstalled" && isOver) await forget(shop);
    }
  }

  async function forget(shop: Shop): Promise<void> {
    knownShops.delete(`${shop.appId} ${shop.saleorApiUrl}`);
    await removeShop(db, shop.id);
    // Another installation at the same address keeps its token.
    if ((await apl.get(shop.saleorApiUrl))?.appId === shop.appId) await apl.delete(shop.saleorApiUrl);
    logger.info({ shop: shop.saleorApiUrl }, "everything about a shop was removed");
  }

  async function daily(): Promise<void> {
    await mendAll();
  }

  setOnInstalled(async ({ authData }) => {
    const shop = await connections.ensureShop(authData.saleorApiUrl, authData.appId);
    await startFromNow(db, shop.id);
    await connections.loadShop(shop);
  });

  const knownShops = new Map<string, Shop>();
  const marker = createMarker({
    mark: (marks) => mark(db, marks),
    wake,
    load: loader.soon,
    forget(shopId) {
      logger.error({ shopId }, "marks for a shop that is not known, Saleor tries again");
      for (const [key, shop] of knownShops) if (shop.id === shopId) knownShops.delete(key);
    },
  });
  const intake: ReceiveDeps = {
    verify: createWebhookVerifier({ apl, jwks: sharedJwks() }),
    async shop(saleorApiUrl, appId) {
      const key = `${appId} ${saleorApiUrl}`;
      const known = knownShops.get(key) ?? (await connections.ensureShop(saleorApiUrl, appId));
      knownShops.set(key, known);
      return known;
    },
    mark: marker.mark,
    expect: marker.expect,
    lookSoon: (shop) => wantCatchUp(db, shop.id),
    async removed(shop) {
      logger.info({ shop: shop.saleorApiUrl }, "app removed from a shop");
      await forget(shop);
    },
    log: logger,
  };

  return {
    env: settings,
    inbound,
    /** The address at which this connection’s provider tells us about opt-outs, and the key of the log. */
    inboundAddress,
    personOf: emailHmac,
    log: logger,
    apl,
    database,
    db,
    providers: byId,
    connections,
    oauth,
    intake,
    bell,
    problems,
    alerts,
    audit: (entry: AuditEntry) => audit(db, entry),
    listAudit: (shopId: ShopId, before: number | null, limit: number) => listAudit(db, shopId, before, limit),
    staffLanguage: {
      of: (shopId: ShopId, staffUserId: string) => languageOfStaff(db, shopId, staffUserId),
      set: (shopId: ShopId, staffUserId: string, language: AppInfo["language"]) => setStaffLanguage(db, shopId, staffUserId, language),
    },
    setupView: {
      of: (shopId: ShopId) => setupViewOf(db, shopId),
      keep: (shopId: ShopId, view: AppInfo["setup"]) => keepSetupView(db, shopId, view),
    },
    wake: wakeForPage,
    takeTurn: turn,
    limiter,
    linkTo,
    clientOf,
    watchQueue: () => watchQueue(db),
    lookAtPausedShops,
    mendClock,
    fullSync: createFullSync({ db, bell, wake: wakeForPage, walkSoon }),
    async startWorker() {
      isWorker = true;
      await jobs.startWorker();
      void mendAll().catch(() => logger.warn("webhooks could not be mended at start"));
    },
    /** Lets what is on the wire come back and hands the rest over, within ten seconds altogether. */
    async close() {
      setOnInstalled(null);
      await atMost(8_000, Promise.all([drains.stop(7_000), ...walks.map((walk) => walk.stop()), jobs.stop()]));
      await atMost(1_500, closeSharedDatabase());
    },
  };
}

/** What a vendor may ask for at most (providers/kit/http.ts). */
const LONGEST_RETRY_AFTER_SECONDS = 86_400;

/** By a clock that does not jump. */
function nowAndThen(everyMs: number, act: () => Promise<void>): () => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() - last < everyMs) return;
    last = performance.now();
    await act();
  };
}

async function timed(limitKey: string, work: Promise<void>): Promise<void> {
  const started = performance.now();
  await work;
  metrics().drained(limitKey.split(":", 1)[0] ?? "", (performance.now() - started) / 1000);
}

/** What does not end by itself is left behind: the lease runs out and the rows are still due. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** A stand-in answers at once or never: nobody has to wait for what a real vendor may still be working on. */
function withCutOff(provider: AnyProvider, seconds: number | undefined): AnyProvider {
  return seconds === undefined ? provider : { ...provider, limits: { ...provider.limits, vendorCutOffSeconds: seconds } };
}

/** On the wire for a page, beside what a drain may have there: Mailchimp allows ten altogether, and drains take six. */
const PAGE_REQUESTS = 3;

type LimiterOf = (limitKey: string, limits: AnyProvider["limits"]) => Limiter;

/** One for each limit key. */
function limiters(make: LimiterOf = (_limitKey, limits) => createLimiter(limits)): LimiterOf {
  const byKey = new Map<string, Limiter>();
  return (limitKey, limits) => {
    const known = byKey.get(limitKey) ?? make(limitKey, limits);
    byKey.set(limitKey, known);
    return known;
  };
}

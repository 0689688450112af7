/**
 * Auth data of many shops beside the app's other tables, for many processes. The token rests sealed, bound to its shop's
 * address: a copied row opens nowhere else. A row that cannot be opened is an error, never "not installed".
 */
import type { APL, AuthData } from "@saleor/app-sdk/APL";
import { sql } from "kysely";
import { type Sealer, SealUnreadable } from "@/platform/crypto";
import type { Db } from "@/platform/db";
import type { Log } from "@/platform/log";

export interface PostgresAplDeps {
  db(): Promise<Db>;
  sealer: Sealer;
  log: Pick<Log, "error">;
}

export interface PostgresApl extends APL {
  /** Replaces the keys and nothing else, and only while the shop still has this token: a late refresh must not bring an old token back. */
  refreshJwks(fresh: AuthData): Promise<void>;
  /** Seals with the present key what was sealed with the one before. `dryRun`: only counts. */
  reseal(options: { dryRun: boolean }): Promise<{ resealed: number; unreadable: number }>;
}

interface Row {
  saleor_api_url: string;
  app_id: string;
  sealed_token: string;
  jwks: string | null;
}

const boundTo = (saleorApiUrl: string) => `auth data|${saleorApiUrl}`;

export function createPostgresApl({ db, sealer, log }: PostgresAplDeps): PostgresApl {
  const opened = (row: Row): AuthData => ({
    saleorApiUrl: row.saleor_api_url,
    appId: row.app_id,
    token: sealer.open(row.sealed_token, boundTo(row.saleor_api_url)),
    ...(row.jwks !== null && { jwks: row.jwks }),
  });

  async function find(saleorApiUrl: string): Promise<Row | undefined> {
    const { rows } = await sql<Row>`
      select saleor_api_url, app_id, sealed_token, jwks from auth_data where saleor_api_url = ${saleorApiUrl}`.execute(await db());
    return rows[0];
  }

  async function list(): Promise<Row[]> {
    const { rows } = await sql<Row>`select saleor_api_url, app_id, sealed_token, jwks from auth_data order by saleor_api_url`.execute(
      await db(),
    );
    return rows;
  }

  function openedOrNull(row: Row): AuthData | null {
    try {
      return opened(row);
    } catch (error) {
      if (error instanceof SealUnreadable) return null;
      throw error;
    }
  }

  /** Unless somebody installed meanwhile: what is sealed is never the same twice. */
  async function sealAnew(row: Row, token: string): Promise<void> {
    const sealed = sealer.seal(token, boundTo(row.saleor_api_url));
    await sql`
      update auth_data set sealed_token = ${sealed}, updated_at = now()
      where saleor_api_url = ${row.saleor_api_url} and sealed_token = ${row.sealed_token}`.execute(await db());
  }

  return {
    async get(saleorApiUrl) {
      const row = await find(saleorApiUrl);
      return row && opened(row);
    },
    /** A damaged row does not hold up the other shops; where none can be read, the key is wrong. */
    async getAll() {
      const rows = await list();
      const shops = rows.flatMap((row) => openedOrNull(row) ?? []);
      if (rows.length > 0 && shops.length === 0) return rows.map(opened);
      if (shops.length < rows.length)
        log.error({ count: rows.length - shops.length }, "tokens of installations cannot be read: install the app there again");
      return shops;
    },
    async set({ saleorApiUrl, appId, token, jwks }) {
      await sql`
        insert into auth_data (saleor_api_url, app_id, sealed_token, jwks)
        values (${saleorApiUrl}, ${appId}, ${sealer.seal(token, boundTo(saleorApiUrl))}, ${jwks ?? null})
        on conflict (saleor_api_url) do update set
          app_id = excluded.app_id, sealed_token = excluded.sealed_token, jwks = excluded.jwks, updated_at = now()`.execute(await db());
    },
    async refreshJwks({ saleorApiUrl, token, jwks }) {
      const row = await find(saleorApiUrl);
      if (!row || opened(row).token !== token || row.jwks === jwks) return;
      // What is sealed is never the same twice: an unchanged value is this very token.
      await sql`
        update auth_data set jwks = ${jwks ?? null}, updated_at = now()
        where saleor_api_url = ${saleorApiUrl} and sealed_token = ${row.sealed_token}`.execute(await db());
    },
    async delete(saleorApiUrl) {
      await sql`delete from auth_data where saleor_api_url = ${saleorApiUrl}`.execute(await db());
    },
    async reseal({ dryRun }) {
      const stale = (await list()).filter((row) => !sealer.isCurrent(row.sealed_token));
      const counts = { resealed: 0, unreadable: 0 };
      for (const row of stale) {
        const { token } = openedOrNull(row) ?? {};
        counts[token === undefined ? "unreadable" : "resealed"] += 1;
        if (token !== undefined && !dryRun) await sealAnew(row, token);
      }
      return counts;
    },
    async isReady() {
      try {
        await sql`select 1 from auth_data limit 1`.execute(await db());
        return { ready: true };
      } catch (error) {
        return { ready: false, error: error as Error };
      }
    },
    // The table comes with the app's own migrations: whoever could open the database has it.
    isConfigured: async () => ({ configured: true }),
  };
}

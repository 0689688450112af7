/**
 * Auth data of many shops in one JSON file. The SDK's own FileAPL keeps a single shop and loses the first when a second
 * installs (app-sdk 1.15.0, read 2026-08). Written whole beside its place, synced and renamed: a reader or a power cut
 * sees the old file or the new one. Writers queue up, across processes too. An unreadable file is an error, never "no shops".
 */
import { randomBytes } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { APL, AuthData } from "@saleor/app-sdk/APL";
import lockfile from "proper-lockfile";
import { z } from "zod";

const authData = z.object({
  token: z.string().min(1),
  saleorApiUrl: z.string().min(1),
  appId: z.string().min(1),
  jwks: z.string().optional(),
});
const manyShops = z.object({ version: z.literal(1), shops: z.array(authData) });
/** What the SDK's FileAPL left behind: one shop, or `{}` after its removal. */
const singleShop = z.union([authData.transform((shop) => [shop]), z.strictObject({}).transform(() => [])]);

type Shops = ReadonlyMap<string, AuthData>;

export interface FileApl extends APL {
  /** Replaces the keys and nothing else, and only while the shop still has this token: a late refresh must not bring an old token back. */
  refreshJwks(fresh: AuthData): Promise<void>;
}

export class AuthFileUnreadable extends Error {
  constructor(file: string, cause?: unknown) {
    super(
      `${path.basename(file)} (FILE_APL_PATH) is not a file of auth data. Restore it, or move it away and install the app again in every shop.`,
      { cause },
    );
    this.name = "AuthFileUnreadable";
  }
}

export function createFileApl(file: string): FileApl {
  const absolute = path.resolve(file);
  let held: { stamp: string; shops: Shops } | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  /** One `stat` per look while nothing changes: every webhook comes by here. */
  const read = async (): Promise<Shops> => {
    if (held !== null && held.stamp === (await stampOf(absolute))) return held.shops;
    const handle = await openIfThere(absolute);
    if (handle === null) return new Map();
    try {
      const stamp = stampFrom(await handle.stat({ bigint: true }));
      held = { stamp, shops: parse(await handle.readFile("utf8"), absolute) };
      return held.shops;
    } finally {
      await handle.close();
    }
  };

  const change = (edit: (shops: Shops) => Shops | null): Promise<void> => {
    const turn = queue.then(() =>
      underLock(absolute, async () => {
        const edited = edit(await read());
        if (edited !== null) await writeWhole(absolute, `${JSON.stringify({ version: 1, shops: [...edited.values()] }, null, 2)}\n`);
      }),
    );
    queue = turn.catch(() => undefined);
    return turn;
  };

  return {
    get: async (saleorApiUrl) => (await read()).get(saleorApiUrl),
    getAll: async () => [...(await read()).values()],
    set: (fresh) => change((shops) => new Map(shops).set(fresh.saleorApiUrl, authData.parse(fresh))),
    refreshJwks: (fresh) =>
      change((shops) => {
        const present = shops.get(fresh.saleorApiUrl);
        if (present?.token !== fresh.token || present.jwks === fresh.jwks) return null;
        return new Map(shops).set(fresh.saleorApiUrl, { ...present, jwks: fresh.jwks });
      }),
    delete: (saleorApiUrl) =>
      change((shops) => {
        if (!shops.has(saleorApiUrl)) return null;
        const rest = new Map(shops);
        rest.delete(saleorApiUrl);
        return rest;
      }),
    async isReady() {
      try {
        await read();
        return { ready: true };
      } catch (error) {
        return { ready: false, error: error as Error };
      }
    },
    async isConfigured() {
      try {
        await change(() => null);
        return { configured: true };
      } catch (error) {
        return { configured: false, error: error as Error };
      }
    },
  };
}

/** A file that was written whole has another inode, even within the clock's resolution. */
const stampFrom = ({ ino, size, mtimeNs }: BigIntStats) => `${ino}.${size}.${mtimeNs}`;

async function stampOf(file: string): Promise<string | null> {
  try {
    return stampFrom(await stat(file, { bigint: true }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function openIfThere(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function parse(text: string, file: string): Shops {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message quotes the content, which holds tokens.
    throw new AuthFileUnreadable(file);
  }
  const many = manyShops.safeParse(json);
  if (many.success) return new Map(many.data.shops.map((shop) => [shop.saleorApiUrl, shop]));
  const single = singleShop.safeParse(json);
  if (!single.success) throw new AuthFileUnreadable(file);
  return new Map(single.data.map((shop) => [shop.saleorApiUrl, shop]));
}

async function underLock(file: string, task: () => Promise<void>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const release = await lockfile.lock(file, {
    realpath: false,
    stale: 10_000,
    retries: { retries: 200, minTimeout: 20, maxTimeout: 100, factor: 1.2 },
  });
  try {
    await task();
  } finally {
    await release();
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    await writeSynced(draft, text);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Without it the rename itself may be lost in a power cut. Some file systems don't take it for folders. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    if (!["EINVAL", "EPERM", "ENOTSUP", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await handle.close();
  }
}

/** Everything that the app keeps or writes down: its database, the queue's tables included, and its log. What of it is personal or secret. */
import type { MailchimpSandbox } from "../sandbox/mailchimp";
import type { SaleorSandbox } from "../sandbox/saleor/saleor";
import type { App } from "./app";

export interface Kept {
  /** One line for each row of each table. */
  database: string[];
  log: string;
}

type Town = { app: App; saleor: SaleorSandbox; mailchimp: MailchimpSandbox };

export async function everythingKept(app: Pick<App, "rows" | "logged">): Promise<Kept> {
  const tables = await app.rows<{ schema: string; name: string }>(
    `select table_schema as schema, table_name as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const database: string[] = [];
  for (const { schema, name } of tables) {
    const rows = await app.rows<{ row: string }>(`select t::text as row from "${schema}"."${name}" t`);
    database.push(...rows.map(({ row }) => `${schema}.${name}: ${row}`));
  }
  return { database, log: app.logged() };
}

const ADDRESS = /[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/gi;
const JWT = /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g;

/** Addresses of whatever kind, tokens and keys, wherever they stand. */
export function personalIn(kept: Kept, { saleor, mailchimp }: Omit<Town, "app">): string[] {
  const secrets = [...mailchimp.credentials(), ...saleor.appTokens()];
  return linesOf(kept).flatMap(({ where, text }) => {
    const found = [...(text.match(ADDRESS) ?? []), ...(text.match(JWT) ?? []), ...secrets.filter((secret) => text.includes(secret))];
    return found.map((what) => `${where}: ${what}`);
  });
}

/** These very words, as words: letters and digits on their own. */
export function wordsIn(kept: Kept, words: ReadonlySet<string>): string[] {
  return linesOf(kept).flatMap(({ where, text }) =>
    (text.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => words.has(word)).map((word) => `${where}: ${word}`),
  );
}

function linesOf({ database, log }: Kept): { where: string; text: string }[] {
  return [
    ...database.map((text) => ({ where: text.slice(0, 200), text })),
    ...log.split("\n").map((text) => ({ where: `log: ${text.slice(0, 200)}`, text })),
  ];
}

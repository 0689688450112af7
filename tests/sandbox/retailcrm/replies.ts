/** Answers in the vendor's envelope (reference, 1.4): `errors` may be a map or a list, and empty maps come as `[]`. */
import type { World } from "./world";

export type Reply = { status: number; body: Record<string, unknown> } | { status: number; contentType: string; text: string };

const TEXTS = {
  keyMissing: '"apiKey" is missing.',
  wrongKey: 'Wrong "apiKey" value.',
  denied: "Access denied.",
  noAccount: "Account does not exist.",
  notFound: "Not found",
  noMethod: "API method not found",
  throttled: "API requests limit exceeded.",
  internal: "Internal error.",
  format: "Errors in the entity format",
  input: "Errors in the input parameters",
  partly: "Customers are loaded with errors",
} as const;

const TRANSLATED: Readonly<Record<keyof typeof TEXTS, string>> = {
  keyMissing: "Не передан ключ.",
  wrongKey: "Неверный ключ.",
  denied: "Доступ запрещён.",
  noAccount: "Аккаунт не существует.",
  notFound: "Не найдено",
  noMethod: "Метод не найден",
  throttled: "Превышен лимит запросов.",
  internal: "Внутренняя ошибка.",
  format: "Ошибки в формате сущности",
  input: "Ошибки во входных параметрах",
  partly: "Клиенты загружены с ошибками",
};

export type Errors = Readonly<Record<string, string>>;

export const success = (status: number, body: Record<string, unknown> = {}): Reply => ({ status, body: { success: true, ...body } });

export function refusal(world: World, status: number, text: keyof typeof TEXTS, more: Record<string, unknown> = {}): Reply {
  return { status, body: { success: false, errorMsg: textOf(world, text), ...more } };
}

/** Sentences that quote what was sent are not translated: they carry names of fields. */
export const said = (status: number, errorMsg: string): Reply => ({ status, body: { success: false, errorMsg } });

export function invalid(world: World, errors: Errors): Reply {
  return refusal(world, 400, "format", { errors: errorsAs(world, errors) });
}

export function errorsAs(world: World, errors: Errors): Errors | string[] {
  if (world.habits.errorsAs === "list") return Object.entries(errors).map(([field, text]) => `${field}: ${text}`);
  return Object.keys(errors).length === 0 ? [] : errors;
}

export const textOf = (world: World, text: keyof typeof TEXTS): string =>
  world.habits.texts === "translated" ? TRANSLATED[text] : TEXTS[text];

/** PHP's way: a map without entries is a list. */
export const mapOrList = (map: Record<string, unknown>): unknown => (Object.keys(map).length === 0 ? [] : map);

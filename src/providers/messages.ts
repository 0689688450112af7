/** The words of every provider, by language: English at hand, any other fetched when it is wanted. A provider is one line in each. */
import mailchimp from "./mailchimp/messages.en.json";
import mindbox from "./mindbox/messages.en.json";
import retailcrm from "./retailcrm/messages.en.json";

type Messages = Record<string, unknown>;

export const englishMessages: Record<string, Messages> = { mailchimp: nest(mailchimp), mindbox: nest(mindbox), retailcrm: nest(retailcrm) };

const fetched: Record<string, Record<string, () => Promise<{ default: object }>>> = {
  ru: {
    mailchimp: () => import("./mailchimp/messages.ru.json"),
    mindbox: () => import("./mindbox/messages.ru.json"),
    retailcrm: () => import("./retailcrm/messages.ru.json"),
  },
};

/** Of every provider, in English where it has no others. Rejects where they cannot be fetched. */
export async function providerMessages(language: string): Promise<Record<string, Messages>> {
  const spoken = Object.entries(fetched[language] ?? {}).map(async ([id, fetchThem]) => [id, nest((await fetchThem()).default)] as const);
  return { ...englishMessages, ...Object.fromEntries(await Promise.all(spoken)) };
}

/** `{ "reason.archived": … }` and `{ reason: { archived: … } }` mean the same: translators may write either. */
export function nest(flat: object): Messages {
  const root: Messages = {};
  for (const [key, value] of Object.entries(flat)) {
    const path = key.split(".");
    const last = path.pop() ?? key;
    const place = path.reduce<Messages>((node, part) => {
      const next = (node[part] ?? {}) as Messages;
      node[part] = next;
      return next;
    }, root);
    // A list is a message that was compiled.
    const isGroup = value !== null && typeof value === "object" && !Array.isArray(value);
    place[last] = isGroup ? { ...(place[last] as Messages), ...nest(value) } : value;
  }
  return root;
}

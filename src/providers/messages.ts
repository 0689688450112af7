/** The words of every provider, by language. Static, so that the page carries them; a provider is one line here. */
import mailchimp from "./mailchimp/messages.en.json";
import mailchimpRu from "./mailchimp/messages.ru.json";
import mindbox from "./mindbox/messages.en.json";
import mindboxRu from "./mindbox/messages.ru.json";
import retailcrm from "./retailcrm/messages.en.json";
import retailcrmRu from "./retailcrm/messages.ru.json";

type Messages = Record<string, unknown>;

const catalogues: Record<string, Record<string, Messages>> = {
  en: { mailchimp: nest(mailchimp), mindbox: nest(mindbox), retailcrm: nest(retailcrm) },
  ru: { mailchimp: nest(mailchimpRu), mindbox: nest(mindboxRu), retailcrm: nest(retailcrmRu) },
};

export function providerMessages(language: string): Record<string, Messages> {
  return { ...catalogues.en, ...catalogues[language] };
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
    place[last] = value !== null && typeof value === "object" ? { ...(place[last] as Messages), ...nest(value) } : value;
  }
  return root;
}

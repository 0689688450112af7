/** A bare client for tests of the stand-in. */
import { z } from "zod";
import { hashOf, type MailchimpSandbox } from "./index";

const answerBody = z
  .object({
    title: z.string().optional(),
    detail: z.string().optional(),
    type: z.string().optional(),
    instance: z.string().optional(),
    status: z.union([z.string(), z.number()]).optional(),
    errors: z.array(z.record(z.string(), z.unknown())).optional(),
    total_items: z.number().optional(),
  })
  .loose();

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: z.infer<typeof answerBody>;
}

export type Ask = (method: string, path: string, body?: unknown) => Promise<Answer>;

export function asker(sandbox: MailchimpSandbox, authorization = `Bearer ${sandbox.token()}`): Ask {
  return async (method, path, body) => {
    const headers = { authorization, "content-type": "application/json" };
    const init = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
    const response = await fetch(`${sandbox.url}/3.0${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: answerBody.parse(jsonOf(text)) };
  };
}

export const memberPath = (listId: string, email: string) => `/lists/${listId}/members/${hashOf(email)}`;

/** Pages, empty answers and cut ones are read as an empty object: `text` has them. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

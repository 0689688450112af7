import { createHash, timingSafeEqual } from "node:crypto";

/** Whether `authorization` carries this secret. Takes the same time whatever is wrong with it. */
export function isBearer(authorization: string | undefined, secret: string): boolean {
  const [, given = ""] = /^Bearer (.+)$/i.exec(authorization ?? "") ?? [];
  return timingSafeEqual(digest(given), digest(secret));
}

const digest = (text: string) => createHash("sha256").update(text).digest();

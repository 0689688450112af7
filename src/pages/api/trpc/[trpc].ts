import { createNextApiHandler } from "@trpc/server/adapters/next";
import type { NextApiRequest, PageConfig } from "next";
import { appRouter } from "@/dashboard/api/router";
import type { Context } from "@/dashboard/api/trpc";
import { appBaseUrl } from "@/saleor/base-url";
import { rooms } from "@/wiring";

export const config: PageConfig = { api: { bodyParser: { sizeLimit: "1mb" } } };

export default createNextApiHandler({
  router: appRouter,
  async createContext({ req }): Promise<Context> {
    const built = await rooms();
    return {
      rooms: built,
      saleorApiUrl: single(req.headers["saleor-api-url"]),
      token: single(req.headers["authorization-bearer"]),
      appBaseUrl: appBaseUrl(req),
    };
  },
  onError({ error, path }) {
    if (error.code !== "INTERNAL_SERVER_ERROR") return;
    void rooms().then(({ log }) =>
      log.error({ path, error: { name: error.cause?.name ?? error.name, at: placeOf(error.cause ?? error) } }, "page call failed"),
    );
  },
});

const single = (header: NextApiRequest["headers"][string]) => (Array.isArray(header) ? header[0] : header);

/** Where it happened; the message of an unexpected error may quote data. */
function placeOf(error: Error): string | undefined {
  return error.stack
    ?.split("\n")
    .find((line) => line.trim().startsWith("at "))
    ?.trim();
}

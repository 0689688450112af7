import type { IncomingMessage, ServerResponse } from "node:http";
import type { World } from "./world";

export async function answerControl(_world: World, _req: IncomingMessage, res: ServerResponse, _url: URL): Promise<void> {
  res.writeHead(404).end();
}

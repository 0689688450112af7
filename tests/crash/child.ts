/** The app as a process that may be killed: its doors on PORT, its worker, its settings from the environment. */
import { start } from "@/instrumentation-node";
import { env } from "@/platform/env";
import { doors } from "../flows/doors";
import { serveHandlers } from "../flows/serve-handler";

await start();
await serveHandlers(doors, env().PORT);
process.stdout.write("listening\n");

/** What the app's process holds after a collection, asked for through Node's inspector. */
import { setTimeout as wait } from "node:timers/promises";
import { WebSocket } from "undici";
import { freePort } from "../../scripts/free-port";

export interface ServerHeap {
  /** For the app's environment. */
  env: Readonly<Record<string, string>>;
  /** Bytes of live objects. */
  read(): Promise<number>;
}

export async function serverHeap(): Promise<ServerHeap> {
  const port = await freePort();
  return {
    env: { NODE_OPTIONS: `--inspect=127.0.0.1:${port}` },
    async read() {
      const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as { webSocketDebuggerUrl: string }[];
      const socket = new WebSocket(target!.webSocketDebuggerUrl);
      await new Promise((opened) => socket.addEventListener("open", opened, { once: true }));
      await ask(socket, 1, "HeapProfiler.collectGarbage");
      // What only a finalizer lets go of goes with the second one.
      await wait(200);
      await ask(socket, 2, "HeapProfiler.collectGarbage");
      const { usedSize } = await ask(socket, 3, "Runtime.getHeapUsage");
      socket.close();
      return Number(usedSize);
    },
  };
}

function ask(socket: WebSocket, id: number, method: string): Promise<Record<string, unknown>> {
  return new Promise((answered) => {
    const hear = ({ data }: { data: unknown }) => {
      const message = JSON.parse(String(data)) as { id?: number; result?: Record<string, unknown> };
      if (message.id !== id) return;
      socket.removeEventListener("message", hear);
      answered(message.result ?? {});
    };
    socket.addEventListener("message", hear);
    socket.send(JSON.stringify({ id, method }));
  });
}

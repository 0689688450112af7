/** `npm run demo`: everything on this machine, one address to open, Ctrl-C ends all of it. */
import { startDemoPanel } from "../tests/sandbox/demo-panel";
import { ensureBuild } from "./ensure-build";
import { freePort } from "./free-port";
import { type Stack, startStack, type Vendors } from "./stack";

const version = process.env.DEMO_SALEOR_VERSION ?? "3.23.28";
const customers = Number(process.env.DEMO_CUSTOMERS ?? 2000);

let stack: Stack | undefined;
let isStopping = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(0));

const shown = ({ mailchimp, retailcrm, mindbox }: Vendors) => [
  { id: "mailchimp", title: "Mailchimp", url: mailchimp.url, throttle: "throttle429" },
  { id: "retailcrm", title: "RetailCRM", url: retailcrm.url, throttle: "throttle" },
  { id: "mindbox", title: "Mindbox", url: mindbox.url, throttle: "throttle429" },
];

async function stop(code: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await stack?.close();
  process.exit(code);
}

async function main(): Promise<void> {
  await ensureBuild();
  console.log("Starting the stand-in shop, the stand-in vendors and the app …");
  stack = await startStack({
    saleor: { version, customers, port: await freePort(3002) },
    dashboard: { port: await freePort(3000) },
    ports: { app: 3001, mailchimp: 3003, retailcrm: 3005, mindbox: 3006 },
    panel: async ({ saleor, ...vendors }) => startDemoPanel({ saleor, vendors: shown(vendors), port: await freePort(3004) }),
  });
  void stack.app.ended.then((code) => {
    if (isStopping) return;
    console.error(`${stack?.app.log().slice(-4000)}\nThe app ended by itself (${code ?? "signal"}).`);
    void stop(1);
  });
  const page = stack.dashboard.appPage(stack.appId);
  console.log(`
  Saleor ${version} with ${customers.toLocaleString("en")} made-up customers, nothing leaves this machine.

  Open   ${page}

  Connect Mailchimp there, or RetailCRM with the address ${stack.retailcrm.address}
  and the key ${stack.retailcrm.keys.main.value} (also on the panel),
  or Mindbox with the integration point ${stack.mindbox.project.endpointId} and the key ${stack.mindbox.secretKey}.
  The panel on the right shows what they receive and changes customers in Saleor.
  Other cores: DEMO_SALEOR_VERSION=3.21.69 npm run demo. Ctrl-C ends everything.
`);
}

main().catch(async (error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  await stop(1);
});

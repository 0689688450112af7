/**
 * Where in the Dashboard this app stands besides its own page. A core refuses the whole manifest for one mount or target
 * that it does not know (3.21 and 3.22), so each says since when. Saleor reads the manifest at installation only, and no
 * mutation changes extensions: shops that installed an older one keep what it offered (saleor.md 1.4, 2.4, read 2026-08).
 */
import type { AppExtension } from "@saleor/app-sdk/types";
import { type CoreVersion, compareVersions } from "./webhook-definitions";

interface Extension {
  since: CoreVersion;
  /** @param pages where the pages are. Whole addresses are safest: cores join relative ones for pop-ups only. */
  declare(pages: string): AppExtension;
}

/**
 * Labels are one language for everybody: Saleor keeps them as they are. No permissions are asked for: where a person lacks
 * one of an extension's, Saleor gives the frame no token at all, and it could not even say what is missing. Our server
 * judges what the person holds.
 */
const extensions: readonly Extension[] = [
  {
    since: [3, 22, 0],
    declare: (pages) => ({
      label: "CRM sync state",
      mount: "CUSTOMER_DETAILS_WIDGETS",
      target: "WIDGET",
      url: `${pages}/extension/customer-widget`,
      permissions: [],
      // Said outright: what it is when left out differs between mounts. A frame that is posted to gets no handshake.
      options: { widgetTarget: { method: "GET" } },
    }),
  },
  {
    since: [3, 21, 0],
    declare: (pages) => ({
      label: "CRM sync state",
      mount: "CUSTOMER_DETAILS_MORE_ACTIONS",
      target: "POPUP",
      url: `${pages}/extension/customer`,
      permissions: [],
    }),
  },
  {
    since: [3, 21, 0],
    declare: (pages) => ({
      label: "Sync selected with CRM",
      mount: "CUSTOMER_OVERVIEW_MORE_ACTIONS",
      target: "POPUP",
      url: `${pages}/extension/selected`,
      permissions: [],
    }),
  },
];

export function extensionsFor(core: CoreVersion, pagesBaseUrl: string): AppExtension[] {
  return extensions.filter(({ since }) => compareVersions(core, since) >= 0).map(({ declare }) => declare(pagesBaseUrl));
}

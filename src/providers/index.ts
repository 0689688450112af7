/** The list. Adding a provider is a folder and a line here. */
import type { AnyProvider } from "./contract";
import { mailchimp } from "./mailchimp";
import { mindbox } from "./mindbox";
import { retailcrm } from "./retailcrm";

export const providers = { mailchimp, retailcrm, mindbox } satisfies Record<string, AnyProvider>;
export const providerList: readonly AnyProvider[] = Object.values(providers);

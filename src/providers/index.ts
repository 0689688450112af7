/** The list. Adding a provider is a folder and a line here. */
import type { AnyProvider } from "./contract";
import { mailchimp } from "./mailchimp";
import { mindbox } from "./mindbox";

export const providers = { mailchimp, mindbox } satisfies Record<string, AnyProvider>;
export const providerList: readonly AnyProvider[] = Object.values(providers);

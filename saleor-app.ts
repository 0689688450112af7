import { SaleorApp } from "@saleor/app-sdk/saleor-app";
import { sharedApl } from "@/saleor/apl/create-apl";

/** A function, not a constant: the store is chosen by the environment, which a build has not got. */
export const saleorApp = (): SaleorApp => new SaleorApp({ apl: sharedApl() });

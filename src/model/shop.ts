/** The absolute GraphQL address of a shop, byte for byte as Saleor sent it (`https://…/graphql/`). */
export type SaleorApiUrl = string & { readonly __brand?: "SaleorApiUrl" };
/** Surrogate id of one installation (`saleorApiUrl`, `appId`). */
export type ShopId = string;
/** Surrogate id of one shop's use of one provider. */
export type ConnectionId = string;
/** Saleor's global id of a user, e.g. `VXNlcjox`. */
export type CustomerId = string;

export interface Shop {
  readonly id: ShopId;
  readonly saleorApiUrl: SaleorApiUrl;
  readonly appId: string;
}

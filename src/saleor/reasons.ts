/**
 * Why Saleor could not be asked, as the three codes that people read about. Kept apart from a provider's reasons: a
 * throttling Saleor must not make anybody slow down towards Mailchimp.
 */
export function saleorReason(reason: string): "saleor_throttled" | "saleor_denied" | "saleor_unreachable" {
  if (reason === "throttled") return "saleor_throttled";
  if (reason === "denied" || reason === "shop_not_installed") return "saleor_denied";
  return "saleor_unreachable";
}

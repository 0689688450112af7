/** Vendors' marks lie in public/providers; a missing one leaves the space. */
export const ProviderLogo = ({ id }: { id: string }) => (
  // biome-ignore lint/performance/noImgElement: a small SVG of our own; Next's image service would only delay it
  <img
    src={`/providers/${id}.svg`}
    alt=""
    width={24}
    height={24}
    onError={(event) => event.currentTarget.style.setProperty("visibility", "hidden")}
  />
);

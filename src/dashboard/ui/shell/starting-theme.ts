/** The theme that the Dashboard wrote into our address; outside of it the system's. Our own colours hang on `data-theme`. */
export function paintStartingTheme(): "light" | "dark" {
  const fromUrl = new URLSearchParams(window.location.search).get("theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)").matches && window.self === window.top ? "dark" : "light";
  const theme = (fromUrl ?? system) === "dark" ? "dark" : "light";
  document.documentElement.dataset.theme = theme;
  return theme;
}

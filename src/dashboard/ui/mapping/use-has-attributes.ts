/** Customers have attributes from Saleor 3.23; where the version is not known, nothing is offered that may not be there. */
import { useInfo } from "../shell/info";

export function useHasAttributes(): boolean {
  const [major = 0, minor = 0] = (useInfo().coreVersion ?? "").split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 23);
}

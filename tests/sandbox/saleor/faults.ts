/** Trouble to order: what a real Saleor, or the network before it, does on a bad day. */
export type FaultKind =
  | "latency"
  | "error500"
  | "graphqlError"
  | "nulls"
  | "hang"
  /** What was asked is done, and the answer never comes. */
  | "hangAfterwards"
  | "cut"
  | "html"
  | "rateLimit";

export interface Fault {
  kind: FaultKind;
  /** How many requests it hits; default: all until `heal()`. */
  times?: number;
  /** Lets that many matching requests through first. */
  after?: number;
  /** For `latency`. */
  ms?: number;
  /** Only this operation, by name. */
  operation?: string;
  /** Only requests made with such a token. */
  auth?: "app" | "staff";
  /** Default `graphql`. */
  where?: "graphql" | "jwks";
}

export interface Faults {
  order(fault: Fault): void;
  heal(): void;
  /** The fault that hits this request, if any; counts it. */
  take(request: { where: "graphql" | "jwks"; operation: string | null; auth: string }): Fault | null;
}

export function makeFaults(): Faults {
  let ordered: Fault[] = [];
  return {
    order: (fault) => void ordered.push({ ...fault }),
    heal: () => {
      ordered = [];
    },
    take({ where, operation, auth }) {
      const hit = ordered.find(
        (fault) =>
          (fault.where ?? "graphql") === where &&
          (!fault.operation || fault.operation === operation) &&
          (!fault.auth || fault.auth === auth) &&
          fault.times !== 0,
      );
      if (!hit) return null;
      if (hit.after) {
        hit.after -= 1;
        return null;
      }
      if (hit.times !== undefined) hit.times -= 1;
      return hit;
    },
  };
}

/** The part that is used here; the package ships no types (9.0.0). */
declare module "autocannon" {
  namespace autocannon {
    interface Request {
      method: string;
      path: string;
      headers: Record<string, string>;
      body: string;
    }
    interface Result {
      "2xx": number;
      non2xx: number;
      errors: number;
      latency: { p50: number; p99: number };
    }
  }
  function autocannon(options: {
    url: string;
    connections: number;
    duration: number;
    requests: autocannon.Request[];
  }): Promise<autocannon.Result>;
  export default autocannon;
}

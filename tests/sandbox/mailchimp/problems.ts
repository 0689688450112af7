/** What Mailchimp refuses, in its own words (recorded bodies: hitobito, grouparoo, rudder-transformer; read 2026-08). */

export interface FieldError {
  field: string;
  message: string;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly extra: { errors?: FieldError[]; untyped?: boolean } = {},
  ) {
    super(title);
  }

  /** `instance` is the request id. Recorded errors lack `type` now and then, so callers must not branch on it. */
  body(instance: string): Record<string, unknown> {
    return {
      ...(this.extra.untyped ? {} : { type: "https://mailchimp.com/developer/marketing/docs/errors/" }),
      title: this.title,
      status: this.status,
      detail: this.detail,
      instance,
      ...(this.extra.errors ? { errors: this.extra.errors } : {}),
    };
  }
}

export const invalidResource = (detail: string, errors?: FieldError[]) => new Problem(400, "Invalid Resource", detail, { errors });

export const notValidated = (errors: FieldError[]) =>
  invalidResource("The resource submitted could not be validated. For field-specific details, see the 'errors' array.", errors);

export const mergeInvalid = (errors: FieldError[]) => invalidResource("Your merge fields were invalid.", errors);

export const notFound = () => new Problem(404, "Resource Not Found", "The requested resource could not be found.");

export const methodNotAllowed = (detail: string) => new Problem(405, "Method Not Allowed", detail);

export const jsonParseError = () => new Problem(400, "JSON Parse Error", "We encountered an unspecified JSON parsing error.");

export const keyInvalid = () =>
  new Problem(401, "API Key Invalid", "Your API key may be invalid, or you've attempted to access the wrong datacenter.");

export const keyMissing = () => new Problem(401, "API Key Missing", "Your request did not include an API key.");

export const wrongDatacentre = (dc: string) => new Problem(403, "Forbidden", `The API key provided is linked to datacenter '${dc}'`);

/** No Retry-After and no rate headers come with it (api-evangelist, read 2026-08). */
export const tooManyRequests = () => new Problem(429, "Too Many Requests", "You have exceeded the limit of 10 simultaneous connections.");

export const internalError = () =>
  new Problem(500, "Internal Server Error", "An unexpected internal error has occurred. Please contact Support for more information.");

export const memberExists = (email: string) =>
  new Problem(400, "Member Exists", `${email} is already a list member. Use PUT to insert or update list members.`);

/** On a rename the recorded body has no `type`. */
export const memberExistsOnRename = (email: string) =>
  new Problem(400, "Member Exists", `${email} is already a list member. Use PUT to insert or update list members.`, { untyped: true });

export const inCompliance = (email: string) =>
  new Problem(
    400,
    "Member In Compliance State",
    `${email} is in a compliance state due to unsubscribe, bounce, or compliance review and cannot be subscribed.`,
    { untyped: true },
  );

export const inComplianceOnCreate = (email: string) =>
  new Problem(400, "Member In Compliance State", `${email} is already a list member in compliance state due to unsubscribe or bounce.`, {
    untyped: true,
  });

export const forgotten = (email: string) =>
  new Problem(
    400,
    "Forgotten Email Not Subscribed",
    `${email} was permanently deleted and cannot be re-imported. The contact must re-subscribe to get back on the list.`,
  );

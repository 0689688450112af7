import type { MindboxLink } from "./settings";

export interface Subscription {
  brand?: string;
  pointOfContact: string;
  topic?: string;
  isSubscribed: boolean;
}

/** The channel's name in consent rules: `email`, or `email.news` for one topic of it. */
export const consentChannel = (row: { channel: string; topic: string }): string =>
  [row.channel, row.topic].filter(Boolean).join(".").toLowerCase();

/** Only rows of which the customer said something: a profile edit must not bring back whoever opted out. */
export function subscriptionsFor({ settings, credentials }: MindboxLink, consents: Readonly<Record<string, boolean>>): Subscription[] {
  const said = new Map(Object.entries(consents).map(([channel, yes]) => [channel.toLowerCase(), yes]));
  return settings.subscriptions.flatMap((row) => {
    const isSubscribed = said.get(consentChannel(row));
    if (isSubscribed === undefined) return [];
    return [
      {
        ...(credentials.brand && { brand: credentials.brand }),
        pointOfContact: row.channel,
        ...(row.topic && { topic: row.topic }),
        isSubscribed,
      },
    ];
  });
}

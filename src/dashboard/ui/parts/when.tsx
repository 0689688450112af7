import { useFormatter, useNow } from "use-intl";

const DAY_MS = 86_400_000;

/** "12 seconds ago" within a day, the date afterwards; the exact time always on the element. */
export const When = ({ at }: { at: string }) => {
  const format = useFormatter();
  const now = useNow({ updateInterval: 10_000 });
  const date = new Date(at);
  const exact = format.dateTime(date, { dateStyle: "medium", timeStyle: "long" });
  const isRecent = Math.abs(now.getTime() - date.getTime()) < DAY_MS;
  return (
    <time dateTime={at} title={exact}>
      {isRecent ? format.relativeTime(date, now) : format.dateTime(date, { dateStyle: "medium", timeStyle: "short" })}
    </time>
  );
};

/** "12:04" today, with the date before that. */
export function useClockTime(): (at: string) => string {
  const format = useFormatter();
  return (at) => {
    const date = new Date(at);
    const isToday = date.toDateString() === new Date().toDateString();
    return format.dateTime(date, isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
  };
}

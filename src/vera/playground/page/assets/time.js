/**
 * A message's ts in words, in the reader's own time zone: "10:04", "Today", "Monday, 16 November".
 */

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const WITH_YEAR = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const WHOLE = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium" });

const dateOf = (ts) => new Date(Number(ts) * 1000);

/** "10:04" */
export const clock = (ts) => CLOCK.format(dateOf(ts));

/** "Friday, 20 November 2026 at 10:04:11", for who wants to know exactly. */
export const exactly = (ts) => WHOLE.format(dateOf(ts));

const days = new Map();

/** What tells two days apart. It is asked of every message at every change, so it is worked out once for each ts. */
export function dayOf(ts) {
  if (!days.has(ts)) days.set(ts, dateOf(ts).toDateString());
  return days.get(ts);
}

/** What tells today apart from other days. */
export const today = () => new Date().toDateString();

/** "Today", "Yesterday", "Monday, 16 November", "3 March 2025" */
export function day(ts, now = Date.now()) {
  const before = new Date(now);
  before.setDate(before.getDate() - 1); // not 24 hours: a day may have 25
  if (dayOf(ts) === new Date(now).toDateString()) return "Today";
  if (dayOf(ts) === before.toDateString()) return "Yesterday";
  const sameYear = dateOf(ts).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? WEEKDAY : WITH_YEAR).format(dateOf(ts));
}

/** "today at 10:04": when something was last heard of. */
export function lately(ts) {
  const which = day(ts);
  return `${/day$/.test(which) ? which.toLowerCase() : which} at ${clock(ts)}`;
}

/** How an answer is shown while it grows, and what the workspace's shared count said of its writes. Pure. */

import { since } from "./units.js";

/** How many writes of each kind Slack bears: steadily a minute; and at once, after a rest. As `assistant/pacing.py` has it. */
const PER_MINUTE = { update: 50, start: 20, append: 100, stop: 20 };
export const BURST = 20;

const WAYS = { edit: "one message that is edited", native: "a stream of Slack's own" };
const REASONS = {
  set: "the settings say so",
  budget: "the budget bears that best",
  refused: "Slack refuses streams here",
  resumed: "so it was begun",
};

/** Say how it streams and why. */
export function streamingOf({ streaming, reason }) {
  return `${WAYS[streaming] ?? streaming}: ${REASONS[reason] ?? reason}`;
}

/** Return how many writes of its kind were left after a call of the count; less than none where there was a pause. */
export function leftAfter({ write, full_at: fullAt, at }) {
  const until = Number.isFinite(fullAt) ? Math.max(0, fullAt - at) : 0;
  return BURST - (until * (PER_MINUTE[write] ?? PER_MINUTE.update)) / 60;
}

/** Say in a few words what the count was asked, and what it said: [asked, said, tone]. */
export function countOf(entry, zero) {
  const isFree = entry.operation === "spend" && entry.spent_seconds === 0;
  const asked = !isFree ? entry.operation : entry.taken ? "begin" : "look";
  if (entry.error) return [asked, entry.error, "bad"];
  if (entry.operation === "pause") return [asked, `until ${since(entry.full_at - zero)}`, "warn"];
  if (entry.operation !== "spend") return [asked, "", "ok"];
  const left = `${Math.max(0, leftAfter(entry)).toFixed(1)} left`;
  return entry.taken || isFree ? [asked, left, "ok"] : [asked, `not now: ${left}`, "warn"];
}

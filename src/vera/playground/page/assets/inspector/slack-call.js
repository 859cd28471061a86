/** One call of Slack's Web API, as the inspector tells it: what it was about, and how Slack answered. Pure. */

import { counted } from "./units.js";

const TOO_MANY = 429;

/** Return what is shown of a `slack_called` entry that began at `from`, in the run of this id. */
export function callOf(entry, from, run) {
  const said = entry.arguments ?? {};
  const tone = entry.status === TOO_MANY ? "warn" : entry.error ? "bad" : "ok";
  return {
    run,
    from,
    to: entry.at,
    method: entry.method,
    ...about(said, entry.answer),
    status: entry.status,
    verdict: verdict(entry),
    tone,
    entry,
  };
}

/** Say in a few words how Slack answered. */
function verdict(entry) {
  if (entry.status === TOO_MANY) return `429 retry after ${entry.retry_after_seconds || 1}\u00a0s`;
  if (entry.error) return entry.status ? `${entry.status} ${entry.error}` : entry.error;
  return `${entry.status} ok`;
}

/** Say in `brief` what the call was about, and in `what` with all that matters. */
function about(said, answer) {
  const text = said.markdown_text ?? said.text;
  if (typeof text === "string") {
    const brief = counted(lengthOf(text), "char");
    const { part, state } = metadataOf(said) ?? {};
    return { brief, what: [brief, part && `part ${part + 1}`, state].filter(Boolean).join(", ") };
  }
  const id = said.status ?? said.user ?? said.users ?? said.file ?? said.name ?? said.ts ?? said.channel;
  const brief = Array.isArray(answer?.messages) ? counted(answer.messages.length, "message") : typeof id === "string" ? id : "";
  return { brief, what: brief };
}

/** Return how long a text was before the witness cut it short. */
function lengthOf(text) {
  const cut = text.match(/ … \(([\d,]+) more characters\)$/);
  return cut ? text.length - cut[0].length + Number(cut[1].replaceAll(",", "")) : text.length;
}

/** Return what the message says of itself; slack_sdk sends it as JSON in a string. */
function metadataOf(said) {
  let metadata = said.metadata;
  if (typeof metadata === "string") {
    try {
      metadata = JSON.parse(metadata);
    } catch {
      return null; // clipped
    }
  }
  return metadata?.event_payload ?? null;
}

/**
 * What the page knows of messages: each once, with the number of the newest change that it contains.
 *
 * Lists are fetched and changes are pushed, in whatever order: a message only ever moves to a higher number, so neither
 * can take the other back. A deleted one keeps its number (and no content): no late list brings it back. A list, and a
 * message in it, is the same object as long as nothing in it changed: what is drawn is compared by that.
 */

/** @typedef {{ts: string, user?: string, text: string, thread_ts?: string, subtype?: string}} Message  Slack's JSON */
/** @typedef {{message: Message|null, number: number}} Known */
/** @typedef {{list: Message[], wanted: (message: Message) => boolean}} List */

const MISSED = -1;

export class Records {
  constructor() {
    /** @type {Map<string, {messages: Map<string, Known>, lists: Map<string, List>}>} by channel */
    this.channels = new Map();
  }

  get(channel, ts) {
    return this.channels.get(channel)?.messages.get(ts)?.message ?? null;
  }

  /** A message as it is now: null where it is known from before something was missed. */
  current(channel, ts) {
    const known = this.channels.get(channel)?.messages.get(ts);
    return known && known.number !== MISSED ? known.message : null;
  }

  /** Let a message (null: its absence) stand, unless something newer is known. Returns whether it does. */
  put(channel, ts, message, number) {
    const { messages, lists } = this.#of(channel);
    const known = messages.get(ts);
    if (known && known.number >= number) return false;
    const before = known?.message ?? null;
    if (known && JSON.stringify(before) === JSON.stringify(message)) {
      known.number = number;
      return true;
    }
    messages.set(ts, { message, number });
    for (const [key, { wanted }] of lists) {
      if ((before && wanted(before)) || (message && wanted(message))) lists.delete(key);
    }
    return true;
  }

  /** Take in a fetched list: what is `inScope` and older than `number`, but not in the list, is gone. */
  take(channel, fetched, number, inScope) {
    const there = new Set(fetched.map((message) => message.ts));
    for (const message of fetched) this.put(channel, message.ts, message, number);
    for (const [ts, { message }] of this.#of(channel).messages) {
      if (message && !message.is_ephemeral && !there.has(ts) && inScope(message)) this.put(channel, ts, null, number);
    }
  }

  /** What stands in the channel itself since `from`, oldest first. The same array as long as nothing changed. */
  standing(channel, from = "") {
    return this.#list(channel, `since ${from}`, (message) => stands(message) && message.ts >= from);
  }

  /** A thread's root and replies, oldest first. */
  thread(channel, root) {
    return this.#list(channel, root, (message) => message.ts === root || message.thread_ts === root);
  }

  /** Something was missed, or the server counts anew: whatever comes next is newer than all that is here. */
  miss() {
    for (const { messages } of this.channels.values()) for (const known of messages.values()) known.number = MISSED;
  }

  #list(channel, key, wanted) {
    const { messages, lists } = this.#of(channel);
    if (!lists.has(key)) {
      const list = [...messages.values()].map((known) => known.message).filter((message) => message && wanted(message));
      lists.set(key, { list: list.sort((one, other) => (one.ts < other.ts ? -1 : 1)), wanted });
    }
    return lists.get(key).list;
  }

  #of(channel) {
    if (!this.channels.has(channel)) this.channels.set(channel, { messages: new Map(), lists: new Map() });
    return this.channels.get(channel);
  }
}

/** Whether a message stands in the channel itself, and not only in a thread. */
export function stands(message) {
  return !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
}

/** What Vera's own message says of itself: `{turn, part, state}`, empty in others. */
export function replyOf(message) {
  return (message?.metadata?.event_type === "vera_reply" && message.metadata.event_payload) || {};
}

/** What stands in Vera's own message: "status", "writing" or "done"; "" in others. A stream says so by itself. */
export const stateOf = (message) => (message?.streaming ? "writing" : replyOf(message).state ?? "");

const WORKING_MS = 120_000;
const STREAM_MS = 300_000; // Slack lets no stream live longer

/** Whether Vera is at work on this message. One that she left unfinished long ago (she was killed) is not. */
export const atWork = (message) => workLeft(message) > 0;

/** For how many milliseconds Vera is still taken to be at work on this message, unless she touches it again; or 0. */
export function workLeft(message) {
  const state = stateOf(message);
  if (state !== "status" && state !== "writing") return 0;
  const touched = Number(message.edited?.ts ?? message.ts) * 1000;
  return Math.max(0, touched + (message.streaming ? STREAM_MS : WORKING_MS) - Date.now());
}

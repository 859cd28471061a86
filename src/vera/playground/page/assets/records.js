/**
 * What the page knows of messages: each once, with the number of the newest change that it contains.
 *
 * Lists are fetched and changes are pushed, in whatever order: a message only ever moves to a higher number, so neither
 * can take the other back. A deleted one keeps its number (and no content): no late list brings it back.
 */

/** @typedef {{ts: string, user?: string, text: string, thread_ts?: string, subtype?: string}} Message  Slack's JSON */
/** @typedef {{messages: Map<string, {message: Message|null, number: number}>, lists: Map<string, Message[]>}} Known */

export class Records {
  constructor() {
    /** @type {Map<string, Known>} by channel */
    this.channels = new Map();
  }

  get(channel, ts) {
    return this.channels.get(channel)?.messages.get(ts)?.message ?? null;
  }

  /** Let a message (null: its absence) stand, unless something newer is known. Returns whether it does. */
  put(channel, ts, message, number) {
    const { messages, lists } = this.#of(channel);
    const known = messages.get(ts);
    if (known && known.number >= number) return false;
    messages.set(ts, { message, number });
    lists.clear();
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

  /** The server has begun to count anew: what comes next is newer than all that is here. */
  restart() {
    for (const { messages } of this.channels.values()) for (const known of messages.values()) known.number = -1;
  }

  #list(channel, key, wanted) {
    const { messages, lists } = this.#of(channel);
    if (!lists.has(key)) {
      const list = [...messages.values()].map((known) => known.message).filter((message) => message && wanted(message));
      lists.set(key, list.sort((one, other) => (one.ts < other.ts ? -1 : 1)));
    }
    return lists.get(key);
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

const WORKING_SECONDS = 120;

/** Whether Vera is at work on this message. One that she left unfinished long ago (she was killed) is not. */
export function atWork(message) {
  const { state } = replyOf(message);
  const touched = Number(message?.edited?.ts ?? message?.ts);
  return (state === "status" || state === "writing") && Date.now() / 1000 - touched < WORKING_SECONDS;
}

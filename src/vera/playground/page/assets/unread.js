/**
 * What is unread: counted by the server when the page says hello, and from then on here, change by change.
 */

import { stands } from "./records.js";

const NEVER_NEW = ["channel_join", "tombstone"];

/** Whether a message calls `person`: by name, or with everybody. */
export function calls(message, person) {
  return message.text?.includes(`<@${person}>`) || /<!(here|channel|everyone)/.test(message.text);
}

/** Return `{channels, threads}` after a new message of somebody else's. */
export function counted(state, { channel, message }) {
  return moved(state, channel, message, 1);
}

/** Return `{channels, threads}` after a message is gone that may have been new: `message` is what it was. */
export function uncounted(state, { channel, message }) {
  if (message.user === state.as || NEVER_NEW.includes(message.subtype)) return {};
  return moved(state, channel, message, -1);
}

function moved({ channels, threads, as }, id, message, step) {
  const { ts, thread_ts: root } = message;
  if (stands(message)) {
    const called = calls(message, as) ? step : 0;
    const isIt = (channel) => channel.id === id && ts > channel.last_read;
    const grown = ({ unread, mentions, ...channel }) =>
      ({ ...channel, unread: atLeast0(unread + step), mentions: atLeast0(mentions + called) });
    channels = channels.map((channel) => (isIt(channel) ? grown(channel) : channel));
  }
  if (root && root !== ts) {
    const known = threads[`${id}:${root}`] ?? { last_read: justBefore(ts), unread: 0 };
    if (ts > known.last_read) {
      threads = { ...threads, [`${id}:${root}`]: { ...known, unread: atLeast0(known.unread + step) } };
    }
  }
  return { channels, threads };
}

const atLeast0 = (count) => Math.max(0, count);

/** In a thread without a mark nothing was new, so all that is before its first new reply has been read. */
const justBefore = (ts) => (Number(ts) - 0.000001).toFixed(6);

/** Return `{channels, threads}` after reading up to `ts`, `unread` being left. */
export function marked({ channels, threads }, { channel: id, thread_ts: root, ts, unread }) {
  if (root) return { channels, threads: { ...threads, [`${id}:${root}`]: { last_read: ts, unread } } };
  const read = (channel) => ({ ...channel, last_read: ts, unread, mentions: unread ? channel.mentions : 0 });
  return { channels: channels.map((channel) => (channel.id === id ? read(channel) : channel)), threads };
}

/** Return where somebody has read up to, and what is left: of a thread, or of the channel itself where `root` is "". */
export function markOf({ channels, threads }, id, root) {
  const mark = root ? threads[`${id}:${root}`] : channels.find((channel) => channel.id === id);
  return { last_read: mark?.last_read ?? "", unread: mark?.unread ?? 0 };
}

/**
 * What is unread: counted by the server when the page says hello, and from then on here, change by change.
 */

import { stands } from "./records.js";

/** Whether a message calls `person`: by name, or with everybody. */
export function calls(message, person) {
  return message.text?.includes(`<@${person}>`) || /<!(here|channel|everyone)/.test(message.text);
}

/** Return `{channels, threads}` after a new message of somebody else's. */
export function counted({ channels, threads, as }, change) {
  const { message, channel: id } = change;
  const root = message.thread_ts;
  if (stands(message)) {
    const grown = ({ unread, mentions }) => ({ unread: unread + 1, mentions: mentions + (calls(message, as) ? 1 : 0) });
    channels = channels.map((channel) => (channel.id === id ? { ...channel, ...grown(channel) } : channel));
  }
  if (root && root !== message.ts) {
    const known = threads[`${id}:${root}`] ?? { last_read: "", unread: 0 };
    threads = { ...threads, [`${id}:${root}`]: { ...known, unread: known.unread + 1 } };
  }
  return { channels, threads };
}

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

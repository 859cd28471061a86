/**
 * Fetching what there is to read, into the store's records. `state.loads` says how far each list is, by "CHANNEL" or
 * "CHANNEL:ROOT": `{state: loading|ready|failed, error, more, oldest}`; what was read once has a `more`.
 */

import { ask } from "./api.js";
import { stands } from "./records.js";

/** Fetch the newest messages of a channel or, with `before`, the page before that ts. */
export function loadChannel(store, channel, before = "") {
  const query = new URLSearchParams({ as: store.state.as, ...(before && { before }) });
  return load(store, channel, `channels/${channel}?${query}`, ({ messages, more, number }) => {
    const oldest = more ? messages[0]?.ts ?? "" : "";
    const inScope = (message) => stands(message) && message.ts >= oldest && (!before || message.ts < before);
    store.records.take(channel, messages, number, inScope);
    return { more, oldest };
  });
}

/** Fetch a whole thread. */
export function loadThread(store, channel, root) {
  const query = new URLSearchParams({ as: store.state.as });
  return load(store, `${channel}:${root}`, `channels/${channel}/threads/${root}?${query}`, ({ messages, number }) => {
    store.records.take(channel, messages, number, (message) => message.ts === root || message.thread_ts === root);
    return { more: false };
  });
}

/** Fetch a list. What was asked for as somebody else, or before the connection was made anew, is dropped. */
async function load(store, key, path, take) {
  const { as, generation } = store.state;
  const isStale = () => store.state.as !== as || store.state.generation !== generation;
  const set = (fields) => {
    const { loads } = store.state;
    store.update({ loads: { ...loads, [key]: { ...loads[key], ...fields } } });
  };
  set({ state: "loading" });
  try {
    const answer = await ask(path);
    if (isStale()) return;
    for (const message of answer.messages) store.outbox.settle(message);
    set({ state: "ready", error: "", ...take(answer) });
  } catch (error) {
    if (!isStale()) set({ state: "failed", error: error.message });
  }
}

/**
 * Fetching what there is to read, into the store's records. `state.loads` says how far each list is, by "CHANNEL" or
 * "CHANNEL:ROOT": `{state: loading|ready|failed, error, isOlder, generation, more, oldest}`. What was read once has a
 * `more`, and the `generation` that it is of; `isOlder` is whether it is a page further back that loads or has failed.
 */

import { ask } from "./api.js";
import { stands } from "./records.js";

const MOST_PAGES = 10;

/** Fetch the newest messages of a channel; of one that was read before, as far back as then. */
export function loadChannel(store, channel) {
  const { more, oldest } = store.state.loads[channel] ?? {};
  const isAgain = more !== undefined;
  return load(store, channel, false, async (get) => {
    let page = await pageOf(store, channel, get);
    for (let pages = 1; isAgain && page.more && page.oldest > oldest && pages < MOST_PAGES; pages += 1) {
      page = await pageOf(store, channel, get, page.oldest);
    }
    return page.oldest < oldest ? { more: true, oldest } : page;
  });
}

/** Fetch the page before what is here of a channel. */
export function loadOlder(store, channel) {
  const { oldest } = store.state.loads[channel];
  return load(store, channel, true, (get) => pageOf(store, channel, get, oldest));
}

/** Fetch a whole thread. */
export function loadThread(store, channel, root) {
  return load(store, `${channel}:${root}`, false, async (get) => {
    const query = new URLSearchParams({ as: store.state.as });
    const { messages, number } = await get(`channels/${channel}/threads/${root}?${query}`);
    store.records.take(channel, messages, number, (message) => message.ts === root || message.thread_ts === root);
    return { more: false };
  });
}

async function pageOf(store, channel, get, before = "") {
  const query = new URLSearchParams({ as: store.state.as, ...(before && { before }) });
  const { messages, more, number } = await get(`channels/${channel}?${query}`);
  const oldest = more ? messages[0]?.ts ?? "" : "";
  const inScope = (message) => stands(message) && message.ts >= oldest && (!before || message.ts < before);
  store.records.take(channel, messages, number, inScope);
  return { more, oldest };
}

/** Fetch a list. What was asked for as somebody else, or before the connection was made anew, is dropped. */
async function load(store, key, isOlder, fetched) {
  const { as, generation } = store.state;
  const isStale = () => store.state.as !== as || store.state.generation !== generation;
  const set = (fields) => {
    const { loads } = store.state;
    if (!isStale()) store.update({ loads: { ...loads, [key]: { ...loads[key], ...fields } } });
  };
  const get = async (path) => {
    const answer = await ask(path);
    if (isStale()) throw new Error("stale");
    for (const message of answer.messages) store.outbox.settle(message);
    return answer;
  };
  set({ state: "loading", isOlder });
  try {
    const read = await fetched(get);
    set({ state: "ready", error: "", ...read, ...(!isOlder && { generation }) });
  } catch (error) {
    set({ state: "failed", error: error.message });
  }
}

/**
 * The journal's entries of the turn that is inspected, as they come.
 *
 * Notes are gathered and shown with the next frame, however many there are. Following, the newest turn is shown. What
 * could not be read is asked for again with the next note or hello, or by hand.
 */

import { useEffect, useReducer, useRef } from "../vendor/htm-preact.js";
import { add, askedAt, begin, inOrder, reduce } from "./turn-view.js";

/** Return whether the inspector goes over to the turn of this entry. `shown` is the view of the turn that it shows. */
export function goesOver(shown, entry, seen) {
  if (entry.turn === shown.turn || !entry.turn) return false;
  if (shown.turn === "") return true;
  if (entry.event === "turn_claimed") return shown.outcome !== "working" || isNewer(entry.turn, shown.turn);
  return !seen.has(entry.turn) && isNewer(entry.turn, shown.turn);
}

function isNewer(turn, other) {
  return (askedAt(turn) ?? 0) > (askedAt(other) ?? 0);
}

/** Add entries to a view. Return it, or a new one where they were not the newest. */
export function taken(view, entries) {
  const last = view.entries.at(-1)?.number ?? -1;
  const fresh = inOrder(entries);
  if (fresh.length > 0 && fresh[0].number <= last) return reduce([...view.entries, ...fresh]);
  for (const entry of fresh) add(view, entry);
  return view;
}

/**
 * Show the turn `chosen`, or the newest one where it is "". Returns {view, loading, error, again()}.
 * `store` has `api`, `onNote` and `onHello`.
 */
export function useFeed(store, chosen) {
  const [, redraw] = useReducer((n) => n + 1, 0);
  const feed = useRef(null);
  feed.current ??= { view: begin(), waiting: [], frame: 0, loading: true, error: "", again: null, seen: new Set() };
  useEffect(() => follow(store, chosen, feed.current, redraw), [store, chosen]);
  return feed.current;
}

function follow(store, chosen, feed, redraw) {
  let over = false;
  let turn = chosen;
  let asked = 0;
  const load = async () => {
    const mine = ++asked;
    feed.loading = true;
    try {
      const told = await store.api("GET", turn ? `journal?turn=${encodeURIComponent(turn)}` : "journal");
      if (over || mine !== asked) return;
      feed.view = reduce(told.entries);
      feed.view.turn = told.turn;
      feed.error = "";
    } catch (error) {
      if (over || mine !== asked) return;
      feed.error = error.message;
      feed.waiting = []; // the journal holds them
    }
    feed.loading = false;
    show();
  };
  const again = () => {
    turn = chosen;
    load();
    redraw();
  };
  const show = () => {
    feed.frame = 0;
    if (feed.loading) return; // what is waiting comes on top of what was asked for
    const entries = feed.waiting;
    const other = chosen === "" && entries.find((entry) => goesOver(feed.view, entry, feed.seen));
    for (const entry of entries) feed.seen.add(entry.turn);
    if (other) {
      turn = other.turn;
      load();
      return;
    }
    feed.waiting = [];
    feed.view = taken(feed.view, entries.filter((entry) => entry.turn === feed.view.turn));
    redraw();
  };
  const hear = (entry) => {
    if (chosen !== "" && entry.turn !== chosen) return;
    if (feed.error && !feed.loading) {
      again();
      return;
    }
    feed.waiting.push(entry);
    feed.frame ||= requestAnimationFrame(show);
  };
  const leave = [store.onNote(hear), store.onHello?.(again)];
  Object.assign(feed, { view: begin(), waiting: [], error: "", again });
  load();
  return () => {
    over = true;
    cancelAnimationFrame(feed.frame);
    feed.frame = 0;
    for (const stop of leave) stop?.();
  };
}

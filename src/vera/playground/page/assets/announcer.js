/**
 * What happens in view, said once to those who don't see it: a new message, what Vera does, that she has answered. Not
 * each of her edits.
 */

import { previewOf } from "./blocks.js";
import { nameOf } from "./people.js";
import { stateOf } from "./records.js";
import { html, useEffect, useReducer, useRef } from "./vendor/htm-preact.js";
import { sentenceOf } from "./working.js";

const LONGEST = 300;

/** `route` is what is shown; `said` something else to say, as `{text}`. */
export function Announcer({ store, route, said }) {
  const [{ words, count }, say] = useReducer((before, next) => ({ words: next, count: before.count + 1 }), {
    words: "", count: 0,
  });
  const shown = useRef();
  const saidOf = useRef(new Map()); // by message: each of Vera's edits says again what she does
  shown.current = route;
  useEffect(() => store.watch("change", (change) => {
    const next = isShown(change, shown.current) ? sentence(change, store.state) : "";
    if (!next || next === saidOf.current.get(change.ts)) return;
    saidOf.current.set(change.ts, next);
    say(next);
  }), [store]);
  useEffect(() => store.watch("status", (status) => {
    if (status.text && isShown(status, shown.current)) say(sentenceOf(status, store.state));
  }), [store]);
  useEffect(() => said && say(said.text), [said]);
  // a new element each time: the same words again would be no change, and not be said
  return html`<div class="sr-only" aria-live="polite"><p key=${count}>${words}</p></div>`;
}

function isShown({ channel, thread_ts: root, ts }, route) {
  return channel === route.channel && (!root || root === ts || !route.thread || route.thread === root);
}

function sentence({ kind, message, actor }, { people, channels, as, bot }) {
  if (!message || !["posted", "edited", "whispered"].includes(kind)) return "";
  const state = stateOf(message);
  const name = nameOf(people, message.user);
  const text = () => previewOf(message, people, channels);
  if (actor === bot && state === "status") return `${name} is ${doing(text())}`;
  if (actor === bot && state === "writing") return `${name} is writing`;
  if (actor === bot && state === "done") return `${name} has answered`;
  return kind === "edited" || actor === as ? "" : `${name}: ${text().slice(0, LONGEST)}`;
}

/** "Reading the thread …" as it goes after "Vera is". */
function doing(status) {
  const words = status.replace(/\s*(…|\.\.\.)$/, "");
  return words.charAt(0).toLowerCase() + words.slice(1);
}

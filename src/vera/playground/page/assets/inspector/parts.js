/** Small pieces that several parts of the inspector are made of. */

import { html, useCallback, useEffect, useLayoutEffect, useRef, useState } from "../vendor/htm-preact.js";
import { counted } from "./units.js";

/** The time now in unix seconds, anew every `ms` while `running`. */
export function useNow(running, ms) {
  const [now, setNow] = useState(Date.now() / 1000);
  useEffect(() => {
    if (!running) return undefined;
    setNow(Date.now() / 1000);
    const timer = setInterval(() => setNow(Date.now() / 1000), ms);
    return () => clearInterval(timer);
  }, [running, ms]);
  return now;
}

/**
 * Keep a scrolling element at its end while it grows, as long as its reader is there and opens nothing in it. Returns the
 * props to give it.
 */
export function useTail(growing) {
  const ref = useRef(null);
  const atEnd = useRef(true);
  const top = useRef(0);
  const grew = useRef(false);
  const settle = () => {
    if (atEnd.current && ref.current) ref.current.scrollTop = ref.current.scrollHeight;
  };
  useLayoutEffect(() => {
    if (growing || grew.current) settle();
    grew.current = growing; // its last lines come as it stops
  });
  useLayoutEffect(() => {
    const content = growing && ref.current?.firstElementChild;
    if (!content) return undefined;
    const grown = new ResizeObserver(settle); // what is in it is drawn anew by itself, too
    grown.observe(content);
    return () => grown.disconnect();
  }, [growing]);
  const onScroll = (event) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    if (scrollHeight - scrollTop - clientHeight < 24) atEnd.current = true;
    else if (scrollTop < top.current) atEnd.current = false; // else it only grew meanwhile
    top.current = scrollTop;
  };
  const onClick = (event) => {
    if (event.target.closest("[aria-expanded], summary")) atEnd.current = false;
  };
  return { ref, onScroll, onClick };
}

/** Text that is shown in full on demand: before that, its first `characters`, and its last `tail`. */
export function Excerpt({ text, characters = 320, tail = 0, label = "text" }) {
  const [all, setAll] = useState(false);
  const long = text.length > (characters + tail) * 1.25;
  const end = tail ? `\n${text.slice(-tail).replace(/^[^\n]*\n/, "")}` : ""; // from the beginning of a line, if there is one
  const shown = long && !all ? `${text.slice(0, characters).trimEnd()} …${end}` : text;
  return html`<div class="excerpt">
    <p class="prose">${shown}</p>
    ${long && html`<button type="button" class="plain-link" aria-expanded=${all} onClick=${() => setAll(!all)}>
      ${all ? "Show less" : `Show all ${counted(text.length, "character")}`}<span class="sr-only"> of the ${label}</span>
    </button>`}
  </div>`;
}

/** Names and values, side by side. `facts` are [name, value, is it in monospace]; those without a value are left out. */
export function Facts({ facts }) {
  const told = facts.filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return html`<dl class="facts">
    ${told.map(([name, value, mono]) => html`<div key=${name}>
      <dt>${name}</dt><dd class=${mono ? "mono" : ""}>${value}</dd>
    </div>`)}
  </dl>`;
}

/** A word on a tinted ground: `tone` is ok, warn, bad, busy or calm. */
export function Badge({ tone, children }) {
  return html`<span class="badge badge-${tone}">${children}</span>`;
}

/** What stands where there is nothing yet. */
export function Nothing({ children }) {
  return html`<p class="vacant">${children}</p>`;
}

/**
 * Rows of which one is in the order of tabs, and the arrows go from one to the next. `ids` are numbers. Returns [the id of
 * that one, the props of what holds the rows]; what takes the focus in a row has `data-row`, its id.
 */
export function useRoving(ids) {
  const [chosen, choose] = useState(null);
  const onKeyDown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (!step || !event.target.dataset?.row || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = [...event.currentTarget.querySelectorAll("[data-row]")];
    event.preventDefault();
    rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(event.target) + step))].focus();
  };
  const onfocusin = (event) => event.target.dataset?.row && choose(Number(event.target.dataset.row));
  return [ids.includes(chosen) ? chosen : ids[0], { onKeyDown, onfocusin }];
}

/** Which rows are open: [a set of ids, a function that turns one over]. */
export function useOpened() {
  const [opened, setOpened] = useState(new Set());
  const toggle = useCallback((id) => setOpened((before) => {
    const after = new Set(before);
    if (!after.delete(id)) after.add(id);
    return after;
  }), []);
  return [opened, toggle];
}

/** Of long lists the end is shown. Returns [what is shown, a button for the rest or null]. */
export function useLast(list, most, noun) {
  const [all, setAll] = useState(false);
  if (all || list.length <= most) return [list, null];
  const words = `Show all ${counted(list.length, noun)}`;
  const button = html`<button type="button" class="plain-link show-all" onClick=${() => setAll(true)}>${words}</button>`;
  return [list.slice(-most), button];
}

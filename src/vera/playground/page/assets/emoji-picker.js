/**
 * Emoji to choose from: what is searched for, else what people reach for most. Arrows move in the grid.
 */

import { searchEmoji } from "./emoji.js";
import { isComposing } from "./keys.js";
import { html, useMemo, useRef, useState } from "./vendor/htm-preact.js";

const COLUMNS = 8;
const MOST = 72;

/** `pick(name)` is called with the chosen emoji's name. */
export function EmojiPicker({ pick }) {
  const [wanted, setWanted] = useState("");
  const grid = useRef();
  const search = useRef();
  const found = useMemo(() => searchEmoji(wanted, MOST), [wanted]);
  const inSearch = (event) => {
    if (isComposing(event)) return;
    if (event.key === "Enter" && found.length > 0) pick(found[0].name);
    else if (event.key === "ArrowDown") grid.current.querySelector("button")?.focus();
    else return;
    event.preventDefault();
  };
  const inGrid = (event) => {
    const buttons = [...grid.current.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const to = at + steps[event.key];
    if (to < 0) search.current.focus();
    else buttons[Math.min(to, buttons.length - 1)].focus();
  };
  return html`<div class="emoji-picker">
    <input ref=${search} type="search" aria-label="Search emoji" placeholder="Search emoji" autocomplete="off"
      value=${wanted} onInput=${(event) => setWanted(event.currentTarget.value)} onKeyDown=${inSearch} />
    <div class="emoji-grid" role="group" aria-label="Emoji" ref=${grid} onKeyDown=${inGrid}>
      ${found.map(({ name, char, label }, index) => html`
        <button key=${name} type="button" aria-label=${label} title=":${name}:" tabindex=${index === 0 ? 0 : -1}
          onClick=${() => pick(name)}><span class="emoji">${char}</span></button>`)}
    </div>
    ${found.length === 0 && html`<p class="no-emoji" role="status">No emoji is called that.</p>`}
  </div>`;
}

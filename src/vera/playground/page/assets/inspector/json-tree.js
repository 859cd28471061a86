/** JSON as a tree to be opened branch by branch: native disclosures, so it works by keyboard and is read out as such. */

import { html, useState } from "../vendor/htm-preact.js";
import { counted } from "./units.js";

const LONGEST = 240;
const MOST = 100;

/** Show a value of JSON. `name` is what it is called; the first `open` levels are open. */
export function JsonTree({ name, value, open = 1 }) {
  return html`<div class="json"><${Node} name=${name} value=${value} open=${open} /></div>`;
}

/** Slack's metadata and a tool's arguments are JSON within a string. */
function inner(value) {
  if (typeof value !== "string" || !/^[{[]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value; // it only looks like it, or was cut short
  }
}

function Node({ name, value: told, open }) {
  const value = inner(told);
  if (value === null || typeof value !== "object") {
    return html`<div class="json-leaf"><${Key} name=${name} /><${Leaf} value=${value} /></div>`;
  }
  return html`<${Branch} name=${name} value=${value} open=${open} />`;
}

function Key({ name }) {
  return html`<span class="json-key">${name}</span><span class="json-mark">: </span>`;
}

function Branch({ name, value, open }) {
  const [opened, setOpened] = useState(open > 0);
  const [all, setAll] = useState(false);
  const keys = Object.keys(value);
  const shown = all ? keys : keys.slice(0, MOST);
  const size = Array.isArray(value) ? counted(keys.length, "item") : counted(keys.length, "field");
  if (keys.length === 0) {
    const empty = Array.isArray(value) ? "[]" : "{}";
    return html`<div class="json-leaf"><${Key} name=${name} /><span class="json-mark">${empty}</span></div>`;
  }
  return html`<details class="json-branch" open=${opened} onToggle=${(event) => setOpened(event.currentTarget.open)}>
    <summary><span class="json-key">${name}</span> <span class="json-size">${size}</span></summary>
    ${opened && shown.map((key) => html`<${Node} key=${key} name=${key} value=${value[key]} open=${open - 1} />`)}
    ${opened && keys.length > shown.length && html`<${All} of=${counted(keys.length, "item")} onClick=${() => setAll(true)} />`}
  </details>`;
}

function Leaf({ value }) {
  const [all, setAll] = useState(false);
  if (typeof value !== "string") return html`<span class="json-atom">${String(value)}</span>`;
  const long = value.length > LONGEST && !all;
  return html`<span class="json-text">${JSON.stringify(long ? value.slice(0, LONGEST) : value)}${long && "…"}</span>
    ${long && html`<${All} of=${counted(value.length, "character")} onClick=${() => setAll(true)} />`}`;
}

function All({ of, onClick }) {
  return html`<button type="button" class="plain-link" onClick=${onClick}>Show all ${of}</button>`;
}

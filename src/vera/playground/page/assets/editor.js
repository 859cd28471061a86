/**
 * A field to write in: it grows with its text, completes names, and knows the keys that format.
 *
 * The field grows without measuring: a hidden copy of the text (`data-text`) lies under it in the same grid cell.
 */

import { completion } from "./complete.js";
import { isBare, isComposing } from "./keys.js";
import { Avatar } from "./people.js";
import { html, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.js";

const MARKS = { b: "*", i: "_", x: "~", e: "`" };

/**
 * `name` is what the field is called. `onKey(event)` hears of each key that nothing here takes, `field` is a ref to the
 * textarea. `known` and `channel` are where its suggestions come from.
 */
export function Editor({ name, text, onText, onKey, field, known, channel, placeholder = "", autofocus = false }) {
  const [open, setOpen] = useState(null);
  const [at, setAt] = useState(0);
  const listId = useRef(`suggestions-${crypto.randomUUID()}`).current;
  useLayoutEffect(() => {
    if (!autofocus) return;
    field.current.focus();
    field.current.setSelectionRange(text.length, text.length);
  }, []);
  const suggest = () => {
    const { value, selectionStart, selectionEnd } = field.current;
    setOpen(selectionStart === selectionEnd ? completion(value, selectionStart, known, channel) : null);
    setAt(0);
  };
  useLayoutEffect(() => {
    if (!open) return;
    const follow = () => {
      const { selectionStart, selectionEnd } = field.current;
      if (selectionStart !== open.caret || selectionEnd !== open.caret) suggest();
    };
    document.addEventListener("selectionchange", follow);
    return () => document.removeEventListener("selectionchange", follow);
  }, [open]);
  const choose = (option) => {
    replace(field.current, open.from, open.to, option.insert);
    setOpen(null);
  };
  const onKeyDown = (event) => {
    if (isComposing(event)) return;
    const key = open && isBare(event) ? event.key : "";
    if (key === "ArrowDown") setAt((at + 1) % open.options.length);
    else if (key === "ArrowUp") setAt((at + open.options.length - 1) % open.options.length);
    else if (key === "Enter" || key === "Tab") choose(open.options[at]);
    else if (key === "Escape") setOpen(null);
    else if ((event.ctrlKey || event.metaKey) && !event.altKey && isMark(event)) wrap(field.current, isMark(event));
    else return void onKey(event);
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div class="editor">
    ${open && html`<${Suggestions} id=${listId} options=${open.options} at=${at} choose=${choose} />`}
    <div class="grow" data-text=${text}>
      <textarea ref=${field} rows="1" aria-label=${name} placeholder=${placeholder} value=${text} spellcheck=${true}
        aria-autocomplete="list" aria-controls=${open ? listId : undefined}
        aria-activedescendant=${open ? `${listId}-${at}` : undefined}
        onInput=${(event) => { onText(event.currentTarget.value); suggest(); }}
        onKeyDown=${onKeyDown} onBlur=${() => setOpen(null)}></textarea>
    </div>
  </div>`;
}

function Suggestions({ id, options, at, choose }) {
  const list = useRef();
  useLayoutEffect(() => list.current.children[at]?.scrollIntoView({ block: "nearest" }), [at]);
  return html`<ul class="suggestions" role="listbox" aria-label="Suggestions" id=${id} ref=${list}>
    ${options.map((option, index) => html`
      <li key=${option.key} id="${id}-${index}" class="suggestion" role="option" aria-selected=${index === at}
        aria-label=${option.name} onMouseDown=${(event) => { event.preventDefault(); choose(option); }}>
        ${option.person && html`<${Avatar} person=${option.person} size="small" />`}
        ${option.char && html`<span class="emoji">${option.char}</span>`}
        <span class="suggestion-name">${option.name}</span>
        ${option.person?.is_bot && html`<span class="tag">APP</span>`}
        ${option.about && html`<span class="suggestion-about">${option.about}</span>`}
      </li>`)}
  </ul>`;
}

const isMark = (event) => (event.shiftKey === (event.key.toLowerCase() === "x") ? MARKS[event.key.toLowerCase()] : "");

/** Put `text` in the place of a part of what is in the field, so that it can be undone; the caret goes behind it. */
export function replace(field, from, to, text) {
  field.focus();
  field.setSelectionRange(from, to);
  if (document.activeElement === field && document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Put a mark around what is selected; without a selection, around the caret. */
export function wrap(field, mark, end = mark) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  replace(field, from, to, `${mark}${value.slice(from, to)}${end}`);
  field.setSelectionRange(from + mark.length, to + mark.length);
}

/** Begin each selected line with a mark. */
export function prefix(field, mark) {
  const { selectionStart, selectionEnd: to, value } = field;
  const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
  replace(field, from, to, value.slice(from, to).split("\n").map((line) => mark + line).join("\n"));
}

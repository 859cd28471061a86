/**
 * A message being edited where it stands: Enter saves, Escape leaves it as it was.
 */

import { Editor } from "./editor.js";
import { plain } from "./mrkdwn.js";
import { html, useRef, useState } from "./vendor/htm-preact.js";

export function EditForm({ message, channel, known, act }) {
  const before = plain(message.text, known.people, known.channels);
  const [text, setText] = useState(before);
  const field = useRef();
  const where = known.channels.find(({ id }) => id === channel);
  const save = () => {
    if (text.trim() && text !== before) act.store.edit(channel, message.ts, text.trim());
    act.edit(null);
  };
  const onKey = (event) => {
    if (event.key === "Escape") act.edit(null);
    else if (event.key === "Enter" && !event.shiftKey) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onEscape = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    act.edit(null);
  };
  return html`<div class="edit-form" onKeyDown=${onEscape}>
    <div class="box"><${Editor} name="Edit message" text=${text} onText=${setText} onKey=${onKey} field=${field}
      known=${known} channel=${where} autofocus /></div>
    <div class="edit-actions">
      <span class="edit-hint">Enter saves, Escape cancels</span>
      <button class="button" type="button" onClick=${() => act.edit(null)}>Cancel</button>
      <button class="button primary" type="button" disabled=${!text.trim()} onClick=${save}>Save</button>
    </div>
  </div>`;
}

/**
 * A message being edited where it stands: Enter saves, Escape leaves it as it was. What is refused stays in the form.
 */

import { Editor } from "./editor.js";
import { isComposing } from "./keys.js";
import { plain } from "./mrkdwn.js";
import { html, useRef, useState } from "./vendor/htm-preact.js";

export function EditForm({ message, channel, known, act }) {
  const [before] = useState(() => plain(message.text, known.people, known.channels)); // it may change meanwhile
  const [text, setText] = useState(before);
  const field = useRef();
  const where = known.channels.find(({ id }) => id === channel);
  const canSave = text.trim() !== "" || message.files?.length > 0;
  const save = async () => {
    if (!canSave) return;
    const words = text.trim();
    const isSaved = words === before || await act.store.edit(channel, message.ts, words);
    if (isSaved && field.current?.value.trim() === words) act.edit(null); // else it was closed, or written on
  };
  const onKey = (event) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    save();
  };
  const onEscape = (event) => {
    if (event.key !== "Escape" || isComposing(event)) return;
    event.preventDefault();
    event.stopPropagation();
    act.edit(null);
  };
  return html`<div class="edit-form" onKeyDown=${onEscape}>
    <div class="box"><${Editor} name="Edit message" text=${text} onText=${setText} onKey=${onKey} field=${field}
      known=${known} channel=${where} autofocus /></div>
    <div class="edit-actions">
      <span class="edit-hint">Enter saves, Escape cancels</span>
      <button class="button" type="button" onClick=${() => act.edit(null)}>Cancel</button>
      <button class="button primary" type="button" disabled=${!canSave} onClick=${save}>Save</button>
    </div>
  </div>`;
}

/**
 * Files that are about to be sent, under the text that they go along with.
 */

import { IconButton } from "./buttons.js";
import { sizeOf } from "./files.js";
import { Again, Cross, Page, Warning } from "./icons.js";
import { refused } from "./uploads.js";
import { html, useLayoutEffect, useReducer } from "./vendor/htm-preact.js";

/** Return `{files, add(files), retry(key), remove(key), take()}` of a draft; `take` empties it of what is ready. */
export function useAttachments(uploads, draft, person) {
  const [, redraw] = useReducer((count) => count + 1, 0);
  useLayoutEffect(() => uploads.subscribe(redraw), [uploads]);
  return {
    files: uploads.of(draft),
    add: (files) => uploads.add(draft, person, files),
    retry: (key) => uploads.retry(draft, key),
    remove: (key) => uploads.remove(draft, key),
    take: () => uploads.take(draft),
  };
}

/** The chips under the text: what goes along with it. */
export function Attachments({ files, retry, remove }) {
  if (files.length === 0) return null;
  return html`<ul class="attachments" aria-label="Attached files">
    ${files.map(({ key, name, url, file, state, part, error }) => html`
      <li key=${key} class="attachment ${state}">
        ${url && state !== "failed"
          ? html`<img src=${url} alt="" />`
          : html`<span class="file-sign">${state === "failed" ? html`<${Warning} />` : html`<${Page} />`}</span>`}
        <span class="file-words">
          <span class="file-name">${name}</span>
          ${state === "going" && html`<progress value=${part} max="1" aria-label="Upload of ${name}"></progress>`}
          ${state === "ready" && html`<span class="file-kind">${sizeOf(file.size)}</span>`}
          ${state === "failed" && html`<span class="file-kind" role="alert">${error}</span>`}
        </span>
        ${state === "failed" && !refused(file) && html`
          <${IconButton} name="Try ${name} again" tip="Try again" icon=${Again} onClick=${() => retry(key)} />`}
        <${IconButton} name="Remove ${name}" tip="" icon=${Cross} onClick=${() => remove(key)} />
      </li>`)}
  </ul>`;
}

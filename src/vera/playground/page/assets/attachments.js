/**
 * Files that are about to be sent: put into the playground while the person writes on.
 */

import { upload } from "./api.js";
import { IconButton } from "./buttons.js";
import { sizeOf } from "./files.js";
import { Again, Cross, Page, Warning } from "./icons.js";
import { html, useCallback, useEffect, useRef, useState } from "./vendor/htm-preact.js";

const MOST_BYTES = 20 * 1024 * 1024;

/**
 * @typedef {{key: string, file: File, name: string, url: string, part: number, state: "going"|"ready"|"failed",
 *   error: string, id: string, cancel: () => void}} Attachment  `part` of it is there, from 0 to 1
 */

/** Return `{files, add(files), retry(key), remove(key), taken()}`; `taken` empties the list of what is ready. */
export function useAttachments(person) {
  const [files, setFiles] = useState(/** @type {Attachment[]} */ ([]));
  const all = useRef(files);
  all.current = files;
  const change = useCallback((key, fields) => {
    setFiles((now) => now.map((one) => (one.key === key ? { ...one, ...fields } : one)));
  }, []);
  const begin = (key, file) => {
    if (file.size > MOST_BYTES) return { state: "failed", error: "Larger than 20 MB", cancel: () => {} };
    const { done, cancel } = upload(file, person, (part) => change(key, { part }));
    done.then(
      ({ id }) => change(key, { state: "ready", part: 1, id }),
      (error) => change(key, { state: "failed", error: error.message }),
    );
    return { state: "going", error: "", cancel };
  };
  const add = (list) => {
    const added = [...list].map((file) => {
      const key = crypto.randomUUID();
      const url = file.type.startsWith("image/") ? URL.createObjectURL(file) : "";
      return { key, file, name: file.name, url, part: 0, id: "", ...begin(key, file) };
    });
    setFiles((now) => [...now, ...added]);
  };
  const retry = (key) => {
    const { file } = files.find((one) => one.key === key);
    change(key, { part: 0, ...begin(key, file) });
  };
  const remove = (key) => {
    files.find((one) => one.key === key)?.cancel();
    setFiles((now) => now.filter((one) => one.key !== key));
  };
  const taken = () => {
    setFiles((now) => now.filter((one) => one.state !== "ready"));
    return files.filter((one) => one.state === "ready").map(({ id, file, name, url }) => (
      { id, name, size: file.size, mimetype: file.type, url: url || undefined }));
  };
  useEffect(() => () => all.current.forEach((one) => one.state === "going" && one.cancel()), []);
  return { files, add, retry, remove, taken };
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
          ${state !== "going" && html`<span class="file-kind">${error || sizeOf(file.size)}</span>`}
        </span>
        ${state === "failed" && file.size <= MOST_BYTES && html`
          <${IconButton} name="Try ${name} again" tip="Try again" icon=${Again} onClick=${() => retry(key)} />`}
        <${IconButton} name="Remove ${name}" tip="" icon=${Cross} onClick=${() => remove(key)} />
      </li>`)}
  </ul>`;
}

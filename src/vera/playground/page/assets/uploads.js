/**
 * Files that are about to be sent, by the draft that they go along with: they wait for it wherever one goes meanwhile.
 */

import { upload } from "./api.js";

const MOST_BYTES = 20 * 1024 * 1024;
const NONE = [];
/** What a name must not hold: control characters, and those that turn the direction of writing. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * @typedef {{key: string, file: File, name: string, url: string, part: number, state: "going"|"ready"|"failed",
 *   error: string, id: string, person: string, cancel: () => void}} Attachment
 *   `part` of it is there, from 0 to 1; `url` shows a picture
 */

export class Uploads {
  constructor() {
    /** @type {Map<string, Attachment[]>} */
    this.drafts = new Map();
    this.listeners = new Set();
  }

  /** Call `listener()` after each change; returns how to stop. */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What goes along with a draft. */
  of(draft) {
    return this.drafts.get(draft) ?? NONE;
  }

  /** Put files into the playground while `person` writes on. */
  add(draft, person, files) {
    const added = [...files].map((file) => {
      const url = file.type.startsWith("image/") ? URL.createObjectURL(file) : "";
      const one = { key: crypto.randomUUID(), file, name: file.name.replace(UNSEEN, ""), url, part: 0, id: "", person };
      return { ...one, ...this.#begin(draft, one) };
    });
    this.#keep(draft, [...this.of(draft), ...added]);
  }

  retry(draft, key) {
    const one = this.of(draft).find((file) => file.key === key);
    this.#change(draft, key, { part: 0, ...this.#begin(draft, one) });
  }

  remove(draft, key) {
    const gone = this.of(draft).filter((one) => one.key === key);
    for (const one of gone) one.cancel();
    release(gone);
    this.#keep(draft, this.of(draft).filter((one) => one.key !== key));
  }

  /** Take away what is ready, to be sent; the pictures' addresses go along. */
  take(draft) {
    const ready = this.of(draft).filter((one) => one.state === "ready");
    this.#keep(draft, this.of(draft).filter((one) => one.state !== "ready"));
    return ready.map(({ id, file, name, url }) => (
      { id, name, size: file.size, mimetype: file.type, file, url: url || undefined }));
  }

  #begin(draft, { key, file, person }) {
    const refusal = refused(file);
    if (refusal) return { state: "failed", error: refusal, cancel: () => {} };
    const { done, cancel } = upload(file, person, (part) => this.#change(draft, key, { part }));
    done.then(
      ({ id }) => this.#change(draft, key, { state: "ready", part: 1, id }),
      (error) => this.#change(draft, key, { state: "failed", error: error.message }),
    );
    return { state: "going", error: "", cancel };
  }

  #change(draft, key, fields) {
    this.#keep(draft, this.of(draft).map((one) => (one.key === key ? { ...one, ...fields } : one)));
  }

  #keep(draft, files) {
    if (files.length > 0) this.drafts.set(draft, files);
    else this.drafts.delete(draft);
    for (const listener of this.listeners) listener();
  }
}

/** Why a file can't be sent, however often one tries; empty where it can. */
export function refused({ size }) {
  if (size === 0) return "Empty: there is nothing to send";
  return size > MOST_BYTES ? "Larger than 20 MB" : "";
}

/** Let go of pictures, once what shows them is gone from the page. */
export function release(files) {
  setTimeout(() => files.forEach(({ url }) => url && URL.revokeObjectURL(url)));
}

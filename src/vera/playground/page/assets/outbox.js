/**
 * What was sent and does not stand yet: shown at once, posted one after the other, kept if it failed, to be sent again.
 *
 * A posted message comes back twice, as the answer to the request and as a change, in either order; it is shown as sent
 * until the change is here. Its key is its `client_msg_id`: sent again, it is not posted twice. Texts outlive a reload in
 * this tab; files don't.
 */

import { ask } from "./api.js";
import { release } from "./uploads.js";

/**
 * @typedef {{key: string, channel: string, thread_ts: string, text: string, preview: string, broadcast: boolean,
 *   files: {id: string, name: string, size: number, mimetype: string, file: File, url?: string}[], user: string,
 *   at: number, state: "waiting"|"sending"|"posted"|"failed", error: string, isRefused?: boolean}} Sent
 *   `text` is as typed, `preview` the same as mrkdwn, `at` in unix seconds
 */

const KEY = "vera.outbox";
const WITHOUT_FILES = { isRefused: true, error: "Its files are no longer here: attach them again." };

export class Outbox {
  /** `onChange()` is called whenever `sent` did. What an earlier page left is sent with the first `resume`. */
  constructor(onChange) {
    /** @type {Sent[]} */
    this.sent = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    this.onChange = onChange;
    this.last = Promise.resolve();
  }

  /** Send; resolves to the ts, or to "" where it failed (the row says why). */
  send(draft) {
    const key = crypto.randomUUID();
    this.#keep([...this.sent, { ...draft, key, at: Date.now() / 1000, state: "waiting", error: "" }]);
    return this.#queue(key);
  }

  retry(key) {
    this.#change(key, { state: "waiting", error: "", isRefused: false });
    return this.#queue(key);
  }

  /** The server is there again: send what it never heard of. */
  resume() {
    for (const { key, state, isRefused } of this.sent) if (state === "failed" && !isRefused) this.retry(key);
  }

  drop(key) {
    const gone = this.sent.find((message) => message.key === key);
    if (!gone) return;
    release(gone.files);
    this.#keep(this.sent.filter((message) => message !== gone));
  }

  /** A message has come back, as a change or in a list: if it was sent from here, it stands now. */
  settle(message) {
    if (message.client_msg_id) this.drop(message.client_msg_id);
  }

  #queue(key) {
    this.last = this.last.then(() => this.#post(key));
    return this.last;
  }

  async #post(key) {
    const sent = this.sent.find((message) => message.key === key);
    if (!sent) return "";
    const { channel, thread_ts, text, broadcast, user } = sent;
    const files = sent.files.map((file) => file.id);
    this.#change(key, { state: "sending" });
    try {
      const reply = thread_ts ? { thread_ts, broadcast } : {};
      const { ts } = await ask("messages", { as: user, channel, text, files, client_msg_id: key, ...reply });
      this.#change(key, { state: "posted" });
      return ts;
    } catch (error) {
      this.#change(key, { state: "failed", error: error.message, isRefused: error.status > 0 });
      return "";
    }
  }

  #change(key, fields) {
    this.#keep(this.sent.map((message) => (message.key === key ? { ...message, ...fields } : message)));
  }

  #keep(sent) {
    this.sent = sent;
    remember(sent);
    this.onChange();
  }
}

/** Write down what the next page of this tab has to send. */
function remember(sent) {
  const left = sent.filter(({ state, text }) => state !== "posted" && text);
  const texts = left.map((one) => ({ ...one, state: "failed", files: [], ...(one.files.length > 0 && WITHOUT_FILES) }));
  try {
    if (texts.length > 0) sessionStorage.setItem(KEY, JSON.stringify(texts));
    else sessionStorage.removeItem(KEY);
  } catch {
    // There is no room: this page remembers.
  }
}

/**
 * The page's state, and all that changes it: what the server tells, and what the person does.
 *
 * `state` is replaced, never changed; messages are in `records` and what is on its way in `outbox`, both new to whoever
 * hears of a change. Rows are drawn again where their own message is another object.
 */

import { ask } from "./api.js";
import { Outbox } from "./outbox.js";
import { nameOf } from "./people.js";
import { Records } from "./records.js";
import { go } from "./route.js";
import { follow } from "./stream.js";
import { typed } from "./typed.js";
import { counted, marked, markOf, uncounted } from "./unread.js";
import { Uploads } from "./uploads.js";
import { placed } from "./working.js";

const TYPING_MS = 5000;
const TYPING_AGAIN_MS = 3000;
const TOAST_MS = 7000;

const UNKNOWN = {
  connection: "connecting", generation: 0, team: { id: "", name: "" }, bot: "", people: new Map(), channels: [],
  threads: {}, switches: {}, about: {}, typing: [], statuses: [], sessions: [], loads: {}, toasts: [], inspected: "",
};

export class Store {
  /** `as` is the id of the person to be. Nothing happens before `connect`. */
  constructor(as) {
    this.state = { ...UNKNOWN, as };
    this.records = new Records();
    this.outbox = new Outbox(() => this.update({}));
    this.uploads = new Uploads();
    this.listeners = new Set();
    this.watchers = { hello: new Set(), change: new Set(), status: new Set(), note: new Set() };
    this.epoch = "";
    this.typedAt = 0;
    this.typingEnds = new Map(); // timers, by person
  }

  // Hearing

  /** Call `listener()` after each change of the state; returns how to stop. */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Call `watcher(data)` at each "hello", "change", "status" or "note", after the state holds it; returns how to stop. */
  watch(name, watcher) {
    this.watchers[name].add(watcher);
    return () => this.watchers[name].delete(watcher);
  }

  /** Call `watcher(entry)` at each new journal entry; returns how to stop. */
  onNote(watcher) {
    return this.watch("note", watcher);
  }

  /** Call `watcher(hello)` when a connection is there (again); returns how to stop. */
  onHello(watcher) {
    return this.watch("hello", watcher);
  }

  update(fields) {
    this.state = { ...this.state, ...fields };
    for (const listener of this.listeners) listener();
  }

  // The server's events

  /** See everything as `person` does, from the next hello on. Who is unknown here is `otherwise`. */
  connect(person = this.state.as, otherwise = "") {
    this.close?.();
    if (person !== this.state.as) this.epoch = "";
    this.close = follow(person, {
      onEvent: (name, data) => this[`on_${name}`](data),
      onLost: (tries) => {
        this.update({ connection: this.epoch || tries > 1 ? "lost" : "connecting" });
        if (otherwise && tries > 1 && !this.epoch) this.connect(otherwise);
      },
    });
  }

  on_hello(hello) {
    const { epoch, number, people, ...known } = hello;
    const isSomebodyElse = hello.as !== this.state.as;
    const missed = this.epoch !== epoch || this.number !== number;
    if (isSomebodyElse) this.records = new Records();
    else if (missed) this.records.miss();
    [this.epoch, this.number] = [epoch, number];
    const isToLoad = missed || Object.values(this.state.loads).some((load) => load.state === "failed");
    this.update({
      ...known, connection: "open", people: byId(people), typing: [],
      ...(isSomebodyElse && { loads: {} }),
      ...(isToLoad && { generation: this.state.generation + 1 }),
    });
    this.outbox.resume();
    this.#tell("hello", hello);
  }

  on_change(change) {
    this.number = change.number;
    const { channel, ts, root, kind, actor } = change;
    const message = kind === "whispered" ? { ...change.message, is_ephemeral: true } : change.message;
    if (message && (kind === "posted" || kind === "joined")) this.outbox.settle(message);
    const before = this.records.get(channel, ts);
    const news = this.records.put(channel, ts, message, change.number);
    if (root) this.records.put(channel, root.ts, root, change.number);
    const fields = { typing: this.state.typing.filter((typing) => typing.who !== actor || typing.channel !== channel) };
    if (news && kind === "posted" && actor !== this.state.as) {
      Object.assign(fields, counted(this.state, change));
    }
    if (kind === "posted" && actor === this.state.bot) {
      fields.statuses = placed(this.state.statuses, { channel, thread_ts: change.thread_ts }, true);
    }
    if (news && kind === "deleted" && before) {
      Object.assign(fields, uncounted(this.state, { channel, message: before }));
    }
    this.update(fields);
    this.#tell("change", { ...change, message });
    if (news && kind === "deleted" && !before) this.#recount(change);
  }

  /** Something is gone that was never here: whether it was new, and called somebody, the next hello knows. */
  #recount({ channel, thread_ts: root, ts, actor }) {
    const roots = root && root !== ts ? ["", root] : [""]; // a reply may stand in the channel, too
    const marks = roots.map((one) => markOf(this.state, channel, one));
    if (actor !== this.state.as && marks.some((mark) => mark.unread > 0 && ts > mark.last_read)) this.connect();
  }

  on_furnished({ people, channels }) {
    this.update({ people: byId(people), channels });
  }

  on_read(mark) {
    this.update(marked(this.state, mark));
  }

  on_typing({ who, channel, thread_ts }) {
    const others = this.state.typing.filter((typing) => typing.who !== who);
    const typing = { who, channel, thread_ts: thread_ts ?? "" };
    this.update({ typing: [...others, typing] });
    clearTimeout(this.typingEnds.get(who));
    const end = () => this.update({ typing: this.state.typing.filter((one) => one !== typing) });
    this.typingEnds.set(who, setTimeout(end, TYPING_MS));
  }

  on_status({ number, ...status }) {
    this.number = number;
    this.update({ statuses: placed(this.state.statuses, status, status.text === "") });
    this.#tell("status", status);
  }

  on_session({ number, ...session }) {
    this.number = number;
    this.update({ sessions: placed(this.state.sessions, session, false) });
  }

  on_switches(switches) {
    this.update({ switches });
  }

  on_note(entry) {
    this.#tell("note", entry);
  }

  #tell(name, data) {
    for (const watcher of this.watchers[name]) watcher(data);
  }

  // Reading

  channel(id) {
    return this.state.channels.find((channel) => channel.id === id);
  }

  person(id) {
    return this.state.people.get(id);
  }

  /** Mark read up to `ts`, here at once. */
  markRead(channel, root, ts) {
    const mark = markOf(this.state, channel, root);
    if (ts <= mark.last_read && !mark.unread) return;
    this.update(marked(this.state, { channel, thread_ts: root, ts, unread: 0 }));
    ask("read", { as: this.state.as, channel, ts, ...(root && { thread_ts: root }) }).catch(() => {});
  }

  // Doing. What fails is said in a toast, but for messages: their rows say it.

  /** Send what somebody typed: `{channel, thread_ts, text, broadcast, files}`. Resolves to its ts, or "". */
  send(draft) {
    this.typedAt = 0;
    return this.outbox.send({ ...draft, user: this.state.as, preview: typed(draft.text, this.state.people) });
  }

  edit(channel, ts, text) {
    return this.#do(`messages/${channel}/${ts}/edit`, { text });
  }

  remove(channel, ts) {
    return this.#do(`messages/${channel}/${ts}/delete`, {});
  }

  /** Put a reaction on a message, or take one's own off. */
  react(channel, message, name) {
    const mine = (message.reactions ?? []).some((one) => one.name === name && one.users.includes(this.state.as));
    return this.#do(`messages/${channel}/${message.ts}/react`, { name, ...(mine && { undo: true }) });
  }

  /** Press a button of a message; resolves to null where that was refused. */
  press(channel, ts, { block_id, action_id }) {
    return this.#do("press", { channel, ts, block_id, action_id });
  }

  /** Ask whoever is at work in a thread to stop. */
  stopSession(channel, root) {
    return this.#do("stop_session", { channel, thread_ts: root });
  }

  invite(channel, who) {
    return this.#do("invite", { channel, who });
  }

  /** Say that somebody is typing: at most every three seconds. */
  typing(channel, root) {
    if (Date.now() - this.typedAt < TYPING_AGAIN_MS) return;
    this.typedAt = Date.now();
    ask("typing", { as: this.state.as, channel, ...(root && { thread_ts: root }) }).catch(() => {});
  }

  // For the inspector

  /** Inspect one turn, by its key; "" is the newest, whichever that is. */
  inspect(turn) {
    if (turn !== this.state.inspected) this.update({ inspected: turn });
  }

  /** Show a message where it stands: in its thread. */
  openMessage(channel, ts) {
    if (this.channel(channel)) go(channel, this.records.get(channel, ts)?.thread_ts ?? ts);
    else this.toast(`${nameOf(this.state.people, this.state.as)} is not in the conversation of that message.`);
  }

  /** Change some of the playground's switches: an event tells how they are then. Rejects, after a toast, if refused. */
  changeSwitches(fields) {
    return this.#tried(ask("switches", fields));
  }

  /** Strike once, "burst" or "kill": resolves to `{struck}`, how much was. */
  strike(kind) {
    return this.#tried(ask("strike", { kind }));
  }

  /** Ask the server for anything else; throws where it refuses, with a sentence for people. */
  api(method, path, body) {
    return ask(path, method === "GET" ? undefined : body ?? {});
  }

  /** Ask for something as this person; resolves to null where it was refused. */
  #do(path, body) {
    return this.#tried(ask(path, { as: this.state.as, ...body })).catch(() => null);
  }

  async #tried(request) {
    try {
      return await request;
    } catch (error) {
      this.toast(error.message);
      throw error;
    }
  }

  toast(text) {
    const toast = { key: crypto.randomUUID(), text };
    this.update({ toasts: [...this.state.toasts.filter((one) => one.text !== text), toast] });
    setTimeout(() => this.dismiss(toast.key), TOAST_MS);
  }

  dismiss(key) {
    this.update({ toasts: this.state.toasts.filter((toast) => toast.key !== key) });
  }
}

const byId = (people) => new Map(people.map((person) => [person.id, person]));

/**
 * What a channel and a thread have in common: messages, who is typing, a composer, files dropped anywhere on it.
 */

import { TextButton } from "./buttons.js";
import { Composer } from "./composer.js";
import { DropOverlay, useDrop } from "./drop.js";
import { Again, Down } from "./icons.js";
import { MessageList } from "./list.js";
import { loadChannel, loadOlder, loadThread } from "./loading.js";
import { useReading } from "./reading.js";
import { can } from "./rights.js";
import { Scroller } from "./scroller.js";
import { today } from "./time.js";
import { isAway, Typing, useLive } from "./typing.js";
import { html, useEffect, useMemo, useRef, useState } from "./vendor/htm-preact.js";
import { canStop, statusOf, Working } from "./working.js";

const NONE = [];
const NOBODY = new Map();

/**
 * `root` is the thread's, or "" for what stands in `channel` itself; `openRoot` is the thread that is open beside it.
 * `name` is the composer's and `handle` a ref to it, `intro(messages)` stands above the first message.
 */
export function Conversation({ state, known, act, channel, root, openRoot = "", name, intro, handle, onSend }) {
  const { store } = act;
  const load = state.loads[root ? `${channel.id}:${root}` : channel.id] ?? {};
  const isReady = load.more !== undefined;
  const isBehind = isReady && load.generation !== state.generation;
  const hasFailed = load.state === "failed";
  const messages = messagesOf(store.records, channel.id, root, load);
  const live = useLive(store.records, channel.id, messages, known, state.statuses);
  const status = root && !isAway(state) ? statusOf(state.statuses, channel.id, root) : undefined;
  const sent = useSent(store, known.as, channel.id, root);
  const scroller = useRef();
  const [isAtEnd, setAtEnd] = useState(null); // null: not known yet
  const [editing, setEditing] = useState("");
  const [isOver, dropHandlers] = useDrop((files) => handle.current.attach(files));
  const [newAfter, forgetNew] = useReading({ store, channel, root, messages, isReady, isBehind, isAtEnd });
  const isNew = ({ ts, user }) => newAfter !== null && ts > newAfter && user !== known.as;
  const edit = useStable((message) => {
    setEditing(message?.ts ?? "");
    if (!message) requestAnimationFrame(() => focusMessage(editing));
  });
  const rewrite = useStable((message) => {
    handle.current.restore(message);
    store.outbox.drop(message.key);
  });
  const here = useMemo(() => ({ ...act, edit, rewrite, write: () => handle.current.focus() }), [act]);

  const reload = () => {
    if (root) loadThread(store, channel.id, root);
    else loadChannel(store, channel.id);
  };
  useEffect(reload, [channel.id, root, state.generation]);
  const older = () => load.more && load.state !== "loading" && (isBehind ? reload() : loadOlder(store, channel.id));
  const send = useStable((posted, text) => {
    forgetNew();
    scroller.current.toEnd();
    onSend?.(posted, text);
  });
  const editLast = useStable(() => {
    const mine = messages.findLast((message) => can(message, "edit", known.as));
    setEditing(mine?.ts ?? "");
    return Boolean(mine);
  });
  return html`<div class="conversation" ...${dropHandlers}>
    <${Scroller} ref=${scroller} ready=${isReady} onEnd=${setAtEnd} onTop=${() => hasFailed || older()}>
      ${load.more && html`<p class="older">
        ${hasFailed && load.isOlder && html`<span role="alert">${load.error}${" "}</span>`}
        <${TextButton} onClick=${older}>Load older messages<//>
      </p>`}
      ${isReady && !load.more && intro?.(messages)}
      ${messages.length === 0 && html`<${Nothing} load=${load} isReady=${isReady} root=${root} again=${reload} />`}
      <${MessageList} messages=${messages} sent=${sent} channel=${channel.id} known=${known} act=${here}
        place=${root ? "thread" : "channel"} newAfter=${newAfter} editing=${editing}
        threads=${root ? NONE : state.threads} live=${root || isAway(state) ? NOBODY : live} today=${today()} />
      ${status && html`<${Working} status=${status} known=${known} />`}
    <//>
    <div class="below">
      ${hasFailed && !load.isOlder && messages.length > 0 && html`<${LoadError} again=${reload}
        words="What is new could not be loaded. ${load.error}" />`}
      ${isAtEnd === false && messages.some(isNew) && html`
        <button class="pill" type="button" onClick=${() => scroller.current.toEnd()}><${Down} />New messages</button>`}
      <${Composer} act=${act} channel=${channel} root=${root} known=${known} name=${name} handle=${handle}
        onSend=${send} onEditLast=${editLast} canStop=${canStop(state.sessions, channel.id, root)} />
      <${Typing} store=${store} known=${known} channel=${channel} root=${root} openRoot=${openRoot}
        messages=${messages} live=${live} isSaid=${Boolean(status)} />
    </div>
    ${isOver && html`<${DropOverlay} where=${root ? "the thread" : name.replace("Message ", "")} />`}
  </div>`;
}

/** What is there to read; of a channel, as far back as it was fetched. */
function messagesOf(records, channel, root, load) {
  if (root) return records.thread(channel, root);
  return load.more === undefined ? NONE : records.standing(channel, load.oldest);
}

function useSent({ outbox }, as, channel, root) {
  const isHere = (one) => one.user === as && one.channel === channel && one.thread_ts === root;
  return useMemo(() => outbox.sent.filter(isHere), [outbox.sent, as, channel, root]);
}

/** The same function at every call, which does what the newest one does: whoever is given it isn't drawn again. */
function useStable(newest) {
  const ref = useRef();
  ref.current = newest;
  return useMemo(() => (...args) => ref.current(...args), []);
}

/** After an edit the focus goes to the message, unless it is somewhere already. */
function focusMessage(ts) {
  if (document.activeElement === document.body) document.querySelector(`article[data-ts="${ts}"]`)?.focus();
}

function LoadError({ words, again }) {
  return html`<p class="load-error" role="alert">${words}${" "}
    <${TextButton} icon=${Again} onClick=${again}>Try again<//>
  </p>`;
}

function Nothing({ load, isReady, root, again }) {
  if (load.state === "failed") return html`<${LoadError} words=${load.error} again=${again} />`;
  if (isReady) return root && html`<p class="load-error">This thread was deleted.</p>`;
  return html`<div class="skeleton" aria-hidden="true">
    ${[1, 2, 3, 4].map((row) => html`
      <div class="skeleton-row" key=${row}><span></span><div><i></i><i></i></div></div>`)}
  </div>`;
}

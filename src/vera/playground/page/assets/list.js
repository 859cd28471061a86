/**
 * The messages of a conversation or a thread: days, what is new, who goes on talking; and the keys that go from one to
 * the next (one stop for Tab, arrows within).
 */

import { isBare } from "./keys.js";
import { memo } from "./memo.js";
import { Message, Sent } from "./message.js";
import { can } from "./rights.js";
import { day, dayOf } from "./time.js";
import { html, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.js";

const GROUP_SECONDS = 5 * 60;

/**
 * `messages` stand, `sent` are on their way. `newAfter` is the ts after which all is new (null: nothing is), `threads`
 * the marks of threads by "CHANNEL:ROOT", `live` what Vera is doing in the thread of which, `today` the day that it is,
 * `editing` the ts of the message that is being edited.
 */
export const MessageList = memo(({
  messages, sent, channel, known, act, place, newAfter, threads, live, today, editing,
}) => {
  const list = useRef();
  const [current, setCurrent] = useState("");
  const tabbable = messages.some(({ ts }) => ts === current) ? current : messages.at(-1)?.ts;
  useKeptFocus(list, messages, current);
  const rows = rowsOf(messages, { newAfter, as: known.as, place });
  return html`<ol class="messages" role=${rows.length > 0 ? "list" : undefined} aria-label="Messages" ref=${list}
      onKeyDown=${(event) => onKey(event, list.current, channel, act)}
      onfocusin=${(event) => setCurrent(event.target.closest("article")?.dataset.ts ?? "")}>
    ${rows.map((row) => (row.divider ? html`<${Divider} key=${row.key} ...${row} />` : html`
      <li key=${row.key}>
        <${Message} message=${row.message} channel=${channel} known=${known} act=${act} place=${place}
          grouped=${row.isGrouped} tabbable=${row.key === tabbable} editing=${row.key === editing}
          live=${live.get(row.key) ?? ""} today=${today}
          unread=${threads[`${channel}:${row.key}`]?.unread ?? 0} />
      </li>`))}
    ${sent.map((one, index) => html`
      <li key=${one.key}>
        <${Sent} sent=${one} known=${known} act=${act}
          grouped=${goesOn(asMessage(one), asMessage(sent[index - 1]) ?? messages.at(-1))} />
      </li>`)}
  </ol>`;
});

/** The focus of a message that is deleted goes to the one that comes in its place. */
function useKeptFocus(list, messages, current) {
  const at = useRef(-1);
  useLayoutEffect(() => {
    const now = messages.findIndex(({ ts }) => ts === current);
    if (now < 0 && at.current >= 0 && document.activeElement === document.body) {
      const articles = list.current.querySelectorAll("article[data-ts]");
      articles[Math.min(at.current, articles.length - 1)]?.focus();
    }
    at.current = now;
  }, [messages, current]);
}

function rowsOf(messages, { newAfter, as, place }) {
  const rows = [];
  let isNewFound = newAfter === null;
  messages.forEach((message, index) => {
    const previous = messages[index - 1];
    const isNextDay = !previous || dayOf(previous.ts) !== dayOf(message.ts);
    const isRoot = place === "thread" && index === 0;
    const isFirstNew = !isNewFound && !isRoot && message.ts > newAfter && message.user !== as;
    isNewFound ||= isFirstNew;
    const isFirstReply = place === "thread" && index === 1;
    if (isNextDay && place === "channel") {
      rows.push({ divider: "day", key: `day ${dayOf(message.ts)}`, name: day(message.ts) });
    }
    if (isFirstReply) rows.push({ divider: "count", key: "count", name: counted(messages.length - 1) });
    if (isFirstNew) rows.push({ divider: "new", key: "new", name: "New" });
    const isGrouped = !isNextDay && !isFirstNew && !isFirstReply && goesOn(message, previous);
    rows.push({ key: message.ts, message, isGrouped });
  });
  return rows;
}

const counted = (replies) => `${replies} ${replies === 1 ? "reply" : "replies"}`;

const asMessage = (sent) => sent && { ts: sent.at, user: sent.user };

/** Whether a message needs no new name and picture. */
function goesOn(message, previous) {
  return previous?.user === message.user && !previous.subtype && !message.subtype && !message.is_ephemeral
    && !previous.is_ephemeral && Number(message.ts) - Number(previous.ts) < GROUP_SECONDS;
}

function Divider({ divider, name }) {
  return html`<li class="break ${divider}-break">
    <div role="separator" aria-label=${name}><span>${name}</span></div>
  </li>`;
}

function onKey(event, list, channel, act) {
  const article = event.target.closest("article");
  if (!article?.dataset.ts || !isBare(event)) return;
  if (event.target !== article) {
    if (event.key !== "Escape" || event.target.matches("textarea, [role=menuitem]")) return;
    article.focus();
  } else if (!doneBy(event.key, article, list, channel, act)) {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

/** Do what a key means on a message; return whether it means anything. */
function doneBy(key, article, list, channel, act) {
  const articles = [...list.querySelectorAll("article[data-ts]")];
  const at = articles.indexOf(article);
  const message = act.store.records.get(channel, article.dataset.ts);
  const { as } = act.store.state;
  const move = (to) => (to < articles.length ? articles[Math.max(0, to)].focus() : act.write());
  const keys = {
    ArrowUp: () => move(at - 1),
    ArrowDown: () => move(at + 1),
    Home: () => move(0),
    End: () => move(articles.length - 1),
    ...(can(message, "reply", as) && { Enter: () => act.openThread(channel, message.thread_ts ?? message.ts) }),
    ...(can(message, "react", as) && { r: () => act.pickReaction(channel, message, article) }),
    ...(can(message, "edit", as) && { e: () => act.edit(message) }),
    ...(can(message, "delete", as) && { Delete: () => act.askToDelete(channel, message) }),
  };
  Object.assign(keys, { t: keys.Enter, Backspace: keys.Delete });
  const run = keys[key.length === 1 ? key.toLowerCase() : key]; // a letter under Caps Lock is the same key
  if (!message || !run) return false;
  run();
  return true;
}

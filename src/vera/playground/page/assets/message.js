/**
 * One message as a row: who, when, what; files, reactions, the way into its thread; on hover or focus what can be done.
 *
 * A row is drawn again only when its own message (a new object then) or its place in the list changed.
 */

import { TextButton } from "./buttons.js";
import { Buttons, hasWords, Words } from "./blocks.js";
import { EditForm } from "./edit.js";
import { Files } from "./files.js";
import { Again, Bin, Page, Pencil } from "./icons.js";
import { memo } from "./memo.js";
import { Avatar, Badges, nameOf } from "./people.js";
import { Reactions } from "./reactions.js";
import { stateOf } from "./records.js";
import { can } from "./rights.js";
import { clock, exactly, lately } from "./time.js";
import { Toolbar } from "./toolbar.js";
import { html, useState } from "./vendor/htm-preact.js";

const LONG_CHARACTERS = 6000;
const MOST_FACES = 4;

/**
 * A message that stands. `known` is `{people, channels, as, bot}`, `act` what can be done (see `actions.js`), `place`
 * "channel" or "thread"; `live` says what Vera is doing in its thread, `unread` how many of its replies are new.
 */
export const Message = memo(({ message, channel, known, act, place, grouped, tabbable, editing, live, unread }) => {
  const { isActive, setMenu, handlers } = useActivity();
  const author = known.people.get(message.user);
  const state = stateOf(message);
  const isOurs = message.user === known.bot;
  const isGone = message.subtype === "tombstone";
  const words = hasWords(message) && !editing ? `${place}-${message.ts}` : undefined;
  const classes = ["message", grouped && "grouped", message.subtype === "channel_join" && "said-by-slack",
    isGone && "gone", editing && "editing", message.is_ephemeral && "whisper", isActive && "active"];
  return html`<article class=${classes.filter(Boolean).join(" ")} data-ts=${message.ts} data-state=${state}
      tabindex=${tabbable ? 0 : -1} aria-label="${authorOf(message, known)} at ${clock(message.ts)}"
      aria-describedby=${words} ...${handlers}>
    <${Gutter} message=${message} author=${author} grouped=${grouped} isGone=${isGone} />
    <div class="message-body">
      ${message.is_ephemeral && html`<p class="message-aside">Only visible to you</p>`}
      ${message.subtype === "thread_broadcast" && place === "channel" && html`<p class="message-aside">
        replied to${" "}<${TextButton} onClick=${() => act.openThread(channel, message.thread_ts)}>a thread<//></p>`}
      ${!grouped && !isGone && html`<${Head} message=${message} author=${author} known=${known} />`}
      ${editing
        ? html`<${EditForm} message=${message} channel=${channel} known=${known} act=${act} />`
        : html`<${Text} id=${words} message=${message} known=${known} isOurs=${isOurs} />`}
      <${Buttons} message=${message} press=${(block, element) => act.press(channel, message, block, element)} />
      ${message.files && html`<${Files} files=${message.files} />`}
      ${message.reactions && html`<${Reactions} message=${message} channel=${channel} known=${known} act=${act} />`}
      ${message.reply_count > 0 && place === "channel" && html`
        <${Replies} message=${message} known=${known} live=${live} unread=${unread}
          open=${() => act.openThread(channel, message.ts)} />`}
      ${live && !message.reply_count && html`<p class="replies"><${Live} words=${live} /></p>`}
    </div>
    ${isActive && !editing && can(message, "react", known.as) && html`
      <${Toolbar} message=${message} channel=${channel} known=${known} act=${act} place=${place}
        onMenu=${setMenu} />`}
  </article>`;
});

/** A message that is on its way, or was not sent. */
export const Sent = memo(({ sent, known, act, grouped }) => {
  const author = known.people.get(sent.user);
  const message = { ts: String(sent.at), user: sent.user, text: sent.preview };
  return html`<article class="message on-its-way ${grouped ? "grouped" : ""} ${sent.state}" tabindex="-1" data-state=""
      aria-label="${nameOf(known.people, sent.user)} at ${clock(sent.at)}"
      aria-describedby=${sent.text ? sent.key : undefined}>
    <${Gutter} message=${message} author=${author} grouped=${grouped} />
    <div class="message-body">
      ${!grouped && html`<${Head} message=${message} author=${author} known=${known} />`}
      <${Text} id=${sent.key} message=${message} known=${known} />
      ${sent.files.length > 0 && html`<${Files} files=${sent.files} isPosted=${false} />`}
      ${sent.state === "failed" && html`<p class="failure" role="alert">
        <span>Not sent. ${sent.error}</span>
        <${TextButton} icon=${Again} onClick=${() => act.store.outbox.retry(sent.key)}>Try again<//>
        <${TextButton} icon=${Pencil} onClick=${() => act.rewrite(sent)}>Edit<//>
        <${TextButton} icon=${Bin} onClick=${() => act.store.outbox.drop(sent.key)}>Discard<//>
      </p>`}
    </div>
  </article>`;
});

/** What makes a row show its toolbar: the mouse over it, the keyboard's focus in it, a menu that it opened. */
function useActivity() {
  const [{ over, inside, menu }, set] = useState({ over: false, inside: false, menu: false });
  const change = (fields) => set((now) => ({ ...now, ...fields }));
  const handlers = {
    onMouseEnter: () => change({ over: true }),
    onMouseLeave: () => change({ over: false }),
    onfocusin: (event) => event.target.matches(":focus-visible") && change({ inside: true }),
    onfocusout: (event) => event.currentTarget.contains(event.relatedTarget) || change({ inside: false }),
  };
  return { isActive: over || inside || menu, setMenu: (isOpen) => change({ menu: isOpen }), handlers };
}

function Gutter({ message, author, grouped, isGone }) {
  const mark = isGone
    ? html`<span class="avatar gone-mark" aria-hidden="true"><${Bin} /></span>`
    : html`<${Avatar} person=${author} />`;
  return html`<div class="gutter">${grouped ? html`<${When} ts=${message.ts} />` : mark}</div>`;
}

function Head({ message, author, known }) {
  return html`<div class="message-head">
    <span class="author">${authorOf(message, known)}</span><${Badges} person=${author} /><${When} ts=${message.ts} />
  </div>`;
}

function When({ ts }) {
  const iso = new Date(Number(ts) * 1000).toISOString();
  return html`<time class="when" datetime=${iso} title=${exactly(ts)}>${clock(ts)}</time>`;
}

function Text({ id, message, known, isOurs }) {
  const [isWhole, setWhole] = useState(false);
  const isLong = message.text?.length > LONG_CHARACTERS && !isOurs;
  if (!hasWords(message) && !message.streaming) return null;
  return html`<div id=${id} class="message-text ${isLong && !isWhole ? "clamped" : ""}">
      <${Words} message=${message} known=${known} />
      ${message.edited && !isOurs && html` <span class="edited" title=${exactly(message.edited.ts)}>(edited)</span>`}
    </div>
    ${isLong && html`
      <${TextButton} className="show-more" icon=${Page} aria-expanded=${isWhole} onClick=${() => setWhole(!isWhole)}>
        ${isWhole ? "Show less" : "Show more"}
      <//>`}`;
}

function Replies({ message, known, live, unread, open }) {
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  const name = unread ? `${count}, ${unread} new` : count;
  const people = (message.reply_users ?? []).slice(0, MOST_FACES).map((id) => known.people.get(id));
  return html`<div class="replies">
    <button class="replies-button" type="button" onClick=${open} aria-label=${name}>
      ${people.map((person) => html`<${Avatar} person=${person} size="small" />`)}
      <span class="replies-count">${count}</span>
      ${unread > 0 && html`<span class="replies-new">${unread} new</span>`}
      ${live
        ? html`<${Live} words=${live} />`
        : html`<span class="replies-last"><span class="replies-verb">Last reply </span>${lately(message.latest_reply)}</span>`}
    </button>
  </div>`;
}

function Live({ words }) {
  return html`<span class="replies-live"><span class="pulse"></span>${words}</span>`;
}

function authorOf({ user, username, bot_profile: profile }, { people }) {
  return people.has(user) ? nameOf(people, user) : username || profile?.name || "Slack";
}

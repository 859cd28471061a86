/**
 * The main pane: a conversation's header, and what stands in it.
 */

import { IconButton } from "./buttons.js";
import { Conversation } from "./conversation.js";
import { Menu as MenuIcon, Pulse } from "./icons.js";
import { addressOf, ChannelSign, isWith, titleOf } from "./people.js";
import { names } from "./typed.js";
import { html, useEffect, useRef } from "./vendor/htm-preact.js";
import { Welcome } from "./welcome.js";

/** From which width on the stylesheet shows a thread beside the conversation: without, and with the inspector. */
const ROOM = "(min-width: 961px)";
const MORE_ROOM = "(min-width: 1241px)";

export function Channel({ state, known, act, channel, openRoot, isInspecting }) {
  const handle = useRef();
  const title = titleOf(channel, state);
  const isDirect = isWith(channel, known.bot);
  const intro = (messages) => html`<${Welcome} state=${state} channel=${channel} isEmpty=${!messages.some(isSaid)}
    fill=${(text) => handle.current.fill(text)} />`;
  // Vera answers in a thread: where there is room for one, it opens, so that one sees her at work
  const onSend = async (posted, text) => {
    act.release();
    const isHers = isDirect || (channel.members.includes(known.bot) && names(text, known.people.get(known.bot)));
    const ts = await posted;
    if (ts && isHers && matchMedia(isInspecting ? MORE_ROOM : ROOM).matches) act.openBeside(channel.id, ts);
  };
  useEffect(() => {
    const { activeElement } = document;
    const isFree = activeElement === document.body || activeElement.matches(".entry:not(:focus-visible)");
    if (isFree && matchMedia("(hover: hover)").matches) handle.current.focus();
  }, []);
  return html`<main class="pane main" aria-label="Conversation" data-pane="main">
    <header class="pane-head">
      <${IconButton} name="Open menu" tip="" icon=${MenuIcon} className="only-narrow" onClick=${act.openMenu} />
      <div class="pane-title">
        <h1><${ChannelSign} channel=${channel} state=${state} /><span>${title}</span></h1>
        <p class="pane-about">${about(channel, known)}</p>
      </div>
      <button class="button head-button" type="button" aria-expanded=${isInspecting} onClick=${act.toggleInspector}>
        <${Pulse} />Inspector
      </button>
    </header>
    <${Conversation} state=${state} known=${known} act=${act} channel=${channel} root="" openRoot=${openRoot}
      name=${addressOf(channel, state)} intro=${intro} handle=${handle} onSend=${onSend} />
  </main>`;
}

const isSaid = (message) => message.subtype !== "channel_join";

function about(channel, known) {
  if (isWith(channel, known.bot)) return "Answers in the thread of each question";
  const members = `${channel.members.length} ${channel.members.length === 1 ? "member" : "members"}`;
  const shared = channel.shared && "shared with another organisation";
  return [members, shared, channel.is_archived && "archived", channel.topic].filter(Boolean).join(" · ");
}

/**
 * What can be done with a message: a bar over its upper edge, and a menu for the rest.
 */

import { IconButton } from "./buttons.js";
import { AddReaction, Bin, Copy, More, Pencil, Pulse, Reply, ThumbDown, ThumbUp } from "./icons.js";
import { Menu } from "./menu.js";
import { isWith } from "./people.js";
import { replyOf } from "./records.js";
import { can } from "./rights.js";
import { html, useState } from "./vendor/htm-preact.js";

/** `onMenu(open)` hears whether the menu is open. */
export function Toolbar({ message, channel, known, act, place, onMenu }) {
  const [menu, setMenu] = useState(null);
  const toggle = (opener) => {
    setMenu(opener);
    onMenu(Boolean(opener));
  };
  const canReply = place === "channel" && can(message, "reply", known.as);
  const turn = turnOf(message, channel, known);
  const openThread = () => act.openThread(channel, message.thread_ts ?? message.ts);
  return html`<div class="toolbar" role="toolbar" aria-label="Message actions">
    <${IconButton} name="React with thumbs up" icon=${ThumbUp} onClick=${() => act.react(channel, message, "+1")} />
    <${IconButton} name="React with thumbs down" icon=${ThumbDown} onClick=${() => act.react(channel, message, "-1")} />
    <${IconButton} name="Add reaction" icon=${AddReaction}
      onClick=${(event) => act.pickReaction(channel, message, event.currentTarget)} />
    ${canReply && html`<${IconButton} name="Reply in thread" icon=${Reply} onClick=${openThread} />`}
    ${turn && html`<${IconButton} name="Inspect" icon=${Pulse} onClick=${() => act.inspect(turn)} />`}
    <${IconButton} name="More actions" icon=${More} aria-haspopup="menu" aria-expanded=${Boolean(menu)}
      onClick=${(event) => toggle(menu ? null : event.currentTarget)} />
    ${menu && html`<${Menu} opener=${menu} items=${itemsOf(message, channel, known, act)}
      onClose=${() => toggle(null)} />`}
  </div>`;
}

/** The key of the turn that a message belongs to: Vera's own says it, a question to her is one. Else "". */
export function turnOf(message, channel, { bot, channels }) {
  if (message.user === bot) return replyOf(message).turn ?? "";
  const isDirect = isWith(channels.find(({ id }) => id === channel), bot);
  return isDirect || message.text?.includes(`<@${bot}>`) ? `${channel}:${message.ts}` : "";
}

function itemsOf(message, channel, known, act) {
  return [
    can(message, "edit", known.as) && {
      name: "Edit message", Icon: Pencil, key: "E", run: () => act.edit(message),
    },
    { name: "Copy text", Icon: Copy, run: () => act.copy(message) },
    can(message, "delete", known.as) && {
      name: "Delete message", Icon: Bin, key: "Del", danger: true, run: () => act.askToDelete(channel, message),
    },
  ].filter(Boolean);
}

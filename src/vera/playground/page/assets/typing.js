/**
 * Who is writing: people while they type, Vera while she is at work.
 */

import { preview } from "./mrkdwn.js";
import { nameOf } from "./people.js";
import { atWork, replyOf } from "./records.js";
import { html } from "./vendor/htm-preact.js";

/** What Vera is doing in the thread of a message, in a few words, or "". */
export function liveOf(records, channel, message, known) {
  const reply = message.latest_reply && records.get(channel, message.latest_reply);
  if (!reply || !atWork(reply)) return "";
  return replyOf(reply).state === "status" ? preview(reply.text, known.people, known.channels) : "Writing …";
}

/** Who writes in what is shown: Vera also in a thread of it, unless that one is open beside it (`openRoot`). */
export function Typing({ store, known, channel, root, openRoot, messages }) {
  const inThread = (message) => message.ts !== openRoot && liveOf(store.records, channel.id, message, known);
  const isVera = messages.some((message) => atWork(message) || (!root && inThread(message)));
  const there = store.state.typing.filter((typing) => typing.channel === channel.id && typing.thread_ts === root);
  const others = there.map(({ who }) => who).filter((who) => who !== known.as && who !== known.bot);
  return html`<div class="typing-slot">
    ${[...(isVera ? [known.bot] : []), ...others].map((who) => html`<span class="typing" key=${who}>
      <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${nameOf(known.people, who)} is typing…
    </span>`)}
  </div>`;
}

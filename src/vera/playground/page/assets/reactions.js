/**
 * What people think of a message: one chip for each emoji, pressed where one is mine.
 */

import { emojiOf, labelOf } from "./emoji.js";
import { nameOf } from "./people.js";
import { html } from "./vendor/htm-preact.js";

export function Reactions({ message, channel, known, act }) {
  return html`<div class="reactions">
    ${message.reactions.map(({ name, users, count }) => html`
      <button key=${name} class="reaction" type="button" aria-pressed=${users.includes(known.as)}
        aria-label="${labelOf(name)}, ${count} ${count === 1 ? "reaction" : "reactions"}"
        data-tip=${users.map((id) => nameOf(known.people, id)).join(", ")}
        onClick=${() => act.react(channel, message, name)}>
        <span class="emoji">${emojiOf(name) ?? `:${name}:`}</span><span class="reaction-count">${count}</span>
      </button>`)}
  </div>`;
}

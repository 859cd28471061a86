/**
 * People and conversations as they are shown: names, pictures, badges.
 */

import { Hash, Lock, Mark } from "./icons.js";
import { html } from "./vendor/htm-preact.js";

const COLOURS = 8;

/** Somebody's name; of somebody unknown, their id. */
export const nameOf = (people, id) => people.get(id)?.real_name || people.get(id)?.name || id || "Somebody";

/** A conversation's name: its own, or that of the other people in a direct message. */
export function titleOf(channel, { people, as }) {
  if (channel.kind !== "im" && channel.kind !== "mpim") return channel.name;
  const others = channel.members.filter((member) => member !== as);
  return (others.length ? others : [as]).map((member) => nameOf(people, member)).join(", ");
}

/** "Message #general": what a composer there is called. */
export function addressOf(channel, state) {
  return `Message ${channel.kind === "im" || channel.kind === "mpim" ? "" : "#"}${titleOf(channel, state)}`;
}

/** Whether a conversation is a direct message with this person. */
export const isWith = (channel, person) => channel?.kind === "im" && channel.members.includes(person);

/** The sign before a conversation's name. */
export function ChannelSign({ channel, state }) {
  const other = channel.members.find((member) => member !== state.as) ?? state.as;
  if (channel.kind === "im") return html`<${Avatar} person=${state.people.get(other)} size="small" />`;
  return channel.kind === "channel" ? html`<${Hash} />` : html`<${Lock} />`;
}

/** A picture made of initials; Vera's is her mark. Names beside it say who it is. */
export function Avatar({ person, size = "" }) {
  const kind = person?.is_bot ? "bot" : `colour-${colourOf(person?.id ?? "")}`;
  return html`<span class=${`avatar ${kind} ${size}`} aria-hidden="true">
    ${person?.is_bot ? html`<${Mark} />` : initials(person)}
  </span>`;
}

/** What one should know about an author: an app, or somebody else's colleague. */
export function Badges({ person }) {
  return html`
    ${person?.is_bot && html`<span class="tag">APP</span>`}
    ${person?.external && html`<span class="tag outside">other organisation</span>`}
    ${person?.deleted && html`<span class="tag">deactivated</span>`}`;
}

function initials(person) {
  const words = (person?.real_name || person?.name || "?").trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...word][0] ?? "").join("").toUpperCase();
}

function colourOf(id) {
  return [...id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 997, 7) % COLOURS;
}

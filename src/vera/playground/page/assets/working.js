/**
 * What an assistant says of itself beside its messages: what it is doing in a thread (`assistant.threads.setStatus`), and
 * that it can be stopped there (`agents.sessions.setStatus`).
 */

import { useNow } from "./inspector/parts.js";
import { nameOf } from "./people.js";
import { html } from "./vendor/htm-preact.js";

const SHOWN_MS = 120_000;
const TURN_SECONDS = 4; // for how long each of several messages is shown

/** @typedef {{channel: string, thread_ts: string, text: string, loading_messages?: string[], at: number}} Status */

const isOf = (channel, root) => (one) => one.channel === channel && one.thread_ts === root;

/** Return statuses or sessions with this one in the place of the last one of its thread; without it, where it `isOver`. */
export function placed(those, one, isOver) {
  const others = those.filter((other) => !isOf(one.channel, one.thread_ts)(other));
  return isOver ? others : [...others, one];
}

/** Return the status of a thread, or undefined. */
export function statusOf(statuses, channel, root) {
  return statuses.filter((status) => statusLeft(status) > 0).find(isOf(channel, root));
}

/** For how many milliseconds a status is still shown. */
export const statusLeft = ({ at }) => Math.max(0, Number(at) * 1000 + SHOWN_MS - Date.now());

/** Whether somebody is at work in a thread who can be stopped. */
export function canStop(sessions, channel, root) {
  return sessions.some((session) => isOf(channel, root)(session) && session.status === "processing");
}

/** "Vera is reading the thread…" */
export const sentenceOf = ({ text }, known) => `${nameOf(known.people, known.bot)} ${text}`;

/** The line at a thread's end. */
export function Working({ status, known }) {
  const { text, loading_messages: messages = [], at } = status;
  const now = useNow(messages.length > 1, 1000);
  const turn = Math.max(0, Math.floor((now - Number(at)) / TURN_SECONDS));
  return html`<p class="working">
    <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>
    <span><strong>${nameOf(known.people, known.bot)}</strong> ${messages.length > 0 ? messages[turn % messages.length] : text}</span>
  </p>`;
}

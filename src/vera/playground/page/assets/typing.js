/**
 * Who is writing: people while they type, Vera while she is at work.
 */

import { useNow } from "./inspector/parts.js";
import { countdown } from "./inspector/units.js";
import { previewOf } from "./blocks.js";
import { nameOf } from "./people.js";
import { atWork, stateOf, workLeft } from "./records.js";
import { html, useEffect, useMemo, useReducer } from "./vendor/htm-preact.js";
import { sentenceOf, statusLeft, statusOf } from "./working.js";

const SLACK_MS = 20; // a timer may be early

/**
 * What Vera is doing in the threads of these messages: a few words for each, by its ts; the same Map as long as she
 * does the same. Whoever calls is drawn again when she was silent for too long, there or in the messages themselves.
 */
export function useLive(records, channel, messages, known, statuses) {
  const [, redraw] = useReducer((count) => count + 1, 0);
  const replies = messages.map((message) => message.latest_reply && records.current(channel, message.latest_reply));
  const lines = messages.map(({ ts }, index) => {
    const status = statusOf(statuses, channel, ts);
    if (status) return sentenceOf(status, known);
    return replies[index] && atWork(replies[index]) ? doing(replies[index], known) : "";
  });
  const lefts = [...[...messages, ...replies].map(workLeft), ...statuses.map(statusLeft)];
  const ends = lefts.filter(Boolean).map((left) => Date.now() + left);
  const end = ends.length > 0 ? Math.round(Math.min(...ends)) : 0;
  useEffect(() => {
    const timer = end && setTimeout(redraw, end - Date.now() + SLACK_MS);
    return () => clearTimeout(timer);
  }, [end]);
  return useMemo(() => {
    const pairs = messages.map(({ ts }, index) => [ts, lines[index]]);
    return new Map(pairs.filter(([, line]) => line));
  }, [messages, lines.join("\n")]);
}

const doing = (reply, { people, channels }) =>
  stateOf(reply) === "status" ? previewOf(reply, people, channels) : "Writing …";

/**
 * Who writes in what is shown: Vera also in its threads (`live`), but for the one that is open beside (`openRoot`), and
 * unless a status says what she does (`isSaid`).
 */
export function Typing({ store, known, channel, root, openRoot, messages, live, isSaid }) {
  const { switches } = store.state;
  const isExpected = messages.some(atWork) || [...live.keys()].some((ts) => ts !== openRoot);
  const isVera = isExpected && !isSaid && !isAway(store.state);
  const there = store.state.typing.filter((typing) => typing.channel === channel.id && typing.thread_ts === root);
  const others = there.map(({ who }) => who).filter((who) => who !== known.as && who !== known.bot);
  return html`<div class="typing-slot">
    ${switches.stopped
      ? channel.members.includes(known.bot) && html`<span>Vera is stopped: she answers when she is switched on.</span>`
      : isExpected && isKilled(switches) && html`<${Gone} retries=${switches.retries} />`}
    ${[...(isVera ? [known.bot] : []), ...others].map((who) => html`<span class="typing" key=${who}>
      <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${nameOf(known.people, who)} is typing…
    </span>`)}
  </div>`;
}

/** Whether nobody is at work, whatever messages say: Vera was stopped, her worker killed, or nothing runs at all. */
export function isAway({ connection, switches }) {
  return connection === "lost" || switches.stopped || isKilled(switches);
}

const isKilled = ({ busy, retries }) => busy === 0 && retries.length > 0;

function Gone({ retries }) {
  const left = Math.min(...retries.map((retry) => retry.at)) - useNow(true, 500);
  return html`<span>The worker is gone. Lambda tries again${left > 0 ? ` in ${countdown(left)}` : ""}.</span>`;
}

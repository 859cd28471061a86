/**
 * The inspector: what is going on under a message, live, as the journal tells it.
 *
 * `turn` is the key of the turn that is inspected, "" for the newest one, whichever that is. `store` offers `api`,
 * `onNote`, `onHello`, `inspect(turn)`, `openMessage(channel, ts)` and what `Switches` needs.
 */

import { Back, Cross } from "./icons.js";
import { atWork } from "./inspector/attempts.js";
import { Edits } from "./inspector/edits.js";
import { useFeed } from "./inspector/feed.js";
import { Figures } from "./inspector/figures.js";
import { Badge, useNow, useTail } from "./inspector/parts.js";
import { Requests } from "./inspector/requests.js";
import { Retrieval } from "./inspector/retrieval.js";
import { SlackCalls } from "./inspector/slack-calls.js";
import { panelOf, Tabs } from "./inspector/tabs.js";
import { Timeline } from "./inspector/timeline.js";
import { TurnTab } from "./inspector/turn-tab.js";
import { clock, duration } from "./inspector/units.js";
import { Switches } from "./switches.js";
import { html, useState } from "./vendor/htm-preact.js";

const PARTS = [
  { id: "timeline", name: "Timeline", Part: Timeline, of: () => 0 },
  { id: "calls", name: "Slack calls", Part: SlackCalls, of: (view) => view.calls.length },
  { id: "model", name: "Model", Part: Requests, of: (view) => view.requests.length },
  { id: "retrieval", name: "Retrieval", Part: Retrieval, of: (view) => view.searches.filter(isSearch).length },
  { id: "edits", name: "Edits", Part: Edits, of: (view) => view.edits.length },
  { id: "turn", name: "Turn", Part: TurnTab, of: () => 0 },
];
const PART_KEY = "vera.inspector.part";
const TONES = { answered: "ok", failed: "bad", refused: "warn", dropped: "calm", interrupted: "bad", stopped: "calm" };

export function Inspector({ store, turn, onClose }) {
  const isLive = store.state.connection !== "lost";
  const { view, loading, error, again } = useFeed(store, turn);
  const [chosen, setPart] = useState(localStorage.getItem(PART_KEY));
  const part = PARTS.find((each) => each.id === chosen) ?? PARTS[0];
  const choose = (next) => {
    localStorage.setItem(PART_KEY, next);
    setPart(next);
  };
  const tabs = PARTS.map(({ of, ...tab }) => ({ ...tab, count: of(view) }));
  return html`<aside class="inspector" aria-label="Inspector">
    <header class="pane-head">
      <button class="icon-button only-narrow" type="button" aria-label="Back" onClick=${onClose}><${Back} /></button>
      <div class="pane-title"><h2>Inspector</h2></div>
      <${Followed} store=${store} turn=${turn} isLive=${isLive} />
      <button class="icon-button only-wide" type="button" aria-label="Close inspector" data-tip="Close" onClick=${onClose}>
        <${Cross} />
      </button>
    </header>
    ${view.entries.length === 0 ? html`<${Empty} loading=${loading} error=${error} turn=${turn} again=${again} />` : html`
      ${error && !loading && html`<div class="asked">
        <p class="trouble" role="alert">What is new could not be read. ${error}${" "}
          <button type="button" class="plain-link" onClick=${again}>Try again</button></p>
      </div>`}
      <${Asked} view=${view} isLive=${isLive} onOpen=${() => store.openMessage(...placeOf(view.turn))} />
      <${Figures} view=${view} />
      <${Tabs} label="What to show" tabs=${tabs} chosen=${part.id} onChoose=${choose} />
      <${Panel} key="${part.id} ${view.turn}" part=${part} view=${view} isLive=${isLive} onGo=${choose} />`}
    <${Switches} store=${store} isLive=${isLive} />
  </aside>`;
}

function isSearch({ kind }) {
  return kind !== "retrieved";
}

/** What the chosen tab shows. The timeline stays at its end while it grows. */
function Panel({ part: { id, Part }, view, isLive, onGo }) {
  const tail = useTail(view.outcome === "working" && id === "timeline");
  return html`<div class="panel panel-${id}" ...${panelOf(id)} ...${tail}>
    <${Part} view=${view} isLive=${isLive} onGo=${onGo} />
  </div>`;
}

/** Whether it follows the newest message or stays with one, and the way back. */
function Followed({ store, turn, isLive }) {
  if (turn === "" || !isLive) {
    return html`<span class="followed">
      <span class="followed-light ${isLive ? "" : "is-off"}" aria-hidden="true"></span>
      ${isLive ? "Following the newest" : "Not running"}
    </span>`;
  }
  return html`<span class="followed">One message
    <button type="button" class="quiet" onClick=${() => store.inspect("")}>Follow the newest</button></span>`;
}

function Empty({ loading, error, turn, again }) {
  const words = loading ? "Reading the journal …" : error || (turn
    ? "The journal knows nothing of this message." : "Ask Vera something, and what happens shows here.");
  return html`<div class="empty">
    <svg viewBox="0 0 120 48" aria-hidden="true" focusable="false"><path d="M2 34h30M10 22h46M40 12h44M58 34h60" /></svg>
    <p>${words}</p>
    ${error && !loading && html`<button type="button" class="quiet" onClick=${again}>Try again</button>`}
  </div>`;
}

/** The question, how it stands and, while it is under way, since when. */
function Asked({ view, isLive, onOpen }) {
  const isWorking = view.outcome === "working";
  const now = useNow(isLive && isWorking, 100);
  const unread = isWorking ? "A question, not read yet" : "A question that never reached the model";
  const [tone, words] = standing(view, isLive, now);
  const { who, text } = view.asked ?? { who: "", text: unread };
  const asked = view.askedAt === null ? "" : `asked at ${clock(view.askedAt)}`;
  return html`<div class="asked">
    <p class="asked-text">${text}</p>
    <p class="asked-more">
      <${Badge} tone=${tone}>${words}<//>
      ${view.endedAt === null && isLive && html`<span class="elapsed">${duration(now - view.zero)}</span>`}
      <span>${[who, asked].filter(Boolean).join(", ")}</span>
      <button type="button" class="plain-link" onClick=${onOpen}>Show the message</button>
    </p>
    ${view.error && html`<p class="trouble">${view.error}</p>`}
  </div>`;
}

/** How the turn stands: [tone, words]. */
function standing({ outcome, heardAt }, isLive, now) {
  if (outcome !== "working") return [TONES[outcome] ?? "calm", outcome];
  return isLive ? atWork(outcome, heardAt, now) : ["calm", "not running"];
}

/** Return the channel and the ts that a turn's key is made of. */
function placeOf(turn) {
  const colon = turn.lastIndexOf(":");
  return [turn.slice(0, colon), turn.slice(colon + 1)];
}

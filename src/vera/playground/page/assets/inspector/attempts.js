/** How the attempts at a turn are told apart in every list: "Worker 2 took over". */

import { html } from "../vendor/htm-preact.js";
import { Badge, useNow } from "./parts.js";
import { DROPPED } from "./runs.js";
import { countdown, duration } from "./units.js";

/** A worker tells all the time what it does, unless its model thinks: one that tells nothing is said to be silent. */
const QUIET_SECONDS = 3;

/** A living worker renews its lease every 10 s: one that says nothing for longer may be gone. */
export const SILENT_SECONDS = 12;

/** Return for how long nothing has been heard: 0 where it is no longer than usual. The journal can't say why. */
export function quietFor(heardAt, now) {
  return now - heardAt < QUIET_SECONDS ? 0 : now - heardAt;
}

/** Return until when what is under way is drawn: it doesn't grow by silence. */
export function drawnUntil(heardAt, now) {
  return Math.max(heardAt, Math.min(now, heardAt + QUIET_SECONDS));
}

/** How somebody at work stands: [tone, words] that say since when nothing was heard of it, if it is long. */
export function atWork(words, heardAt, now) {
  const quiet = quietFor(heardAt, now);
  if (!quiet) return ["busy", words];
  return [quiet < SILENT_SECONDS ? "calm" : "warn", `${words} · silent ${countdown(quiet)}`];
}

/** Return what an attempt is called: workers are counted, deliveries that were dropped are not. */
export function nameOf(runs, run) {
  if (run.state === "dropped" && !run.claimed) return "Another delivery";
  return `Worker ${runs.filter((each) => each.id <= run.id && (each.claimed || each.state !== "dropped")).length}`;
}

/** How an attempt stands. */
export function State({ run, isLive }) {
  const now = useNow(isLive && run.state === "working", 500);
  const [tone, words] = stateOf(run, isLive, now);
  return html`<${Badge} tone=${tone}>${words}<//>`;
}

function stateOf(run, isLive, now) {
  return {
    working: isLive ? atWork("working", run.to, now) : ["calm", "not running"],
    answered: ["ok", "answered"],
    failed: ["bad", "failed"],
    refused: ["warn", "refused"],
    stopped: ["calm", "stopped by the asker"],
    "handed on": ["ok", "handed on"],
    dropped: ["calm", "dropped"],
    raised: ["bad", "failed, to be tried again"],
    gone: ["bad", "fell silent"],
  }[run.state] ?? ["calm", run.state];
}

/** Say what more there is to say of an attempt. */
export function aboutOf(run) {
  const later = run.silence === null ? "" : `after ${duration(run.silence)} of silence`;
  const leg = run.leg ? `leg ${run.leg}` : "";
  return [leg, later, `process ${run.process}`, DROPPED[run.reason] ?? run.reason].filter(Boolean).join(", ");
}

/** Return attempts in the order in which they are listed: deliveries that came to nothing are the last. */
export function listed(runs) {
  return [...runs.filter((run) => run.claimed), ...runs.filter((run) => !run.claimed)];
}

/** The line between one attempt and the next; above the first, its name, where there are several. `shown` are those listed. */
export function Divider({ runs, run, shown, isLive }) {
  const name = nameOf(runs, run);
  const before = run.claimed && runs.findLast((other) => other.id < run.id && other.claimed);
  if (shown.length < 2 && !before) return null;
  const goesOn = before?.state === "handed on";
  return html`<div class="attempt ${before ? goesOn ? "attempt-on" : "attempt-over" : ""}">
    <h3>${name}${before ? goesOn ? " goes on" : " took over" : ""}</h3>
    <${State} run=${run} isLive=${isLive} />
    <span class="attempt-more">${aboutOf(run)}</span>
  </div>`;
}

/** A list cut into the attempts that its items belong to. `children` draws the items of one. */
export function ByAttempt({ runs, items, isLive, children }) {
  const shown = listed(runs).filter((run) => items.some((item) => item.run === run.id));
  return shown.map((run) => html`<div key=${run.id} class="run">
    <${Divider} runs=${runs} run=${run} shown=${shown} isLive=${isLive} />
    ${children(items.filter((item) => item.run === run.id), run)}
  </div>`);
}

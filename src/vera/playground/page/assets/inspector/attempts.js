/** How the attempts at a turn are told apart in every list: "Worker 2 took over". */

import { html } from "../vendor/htm-preact.js";
import { Badge } from "./parts.js";
import { DROPPED } from "./runs.js";
import { duration } from "./units.js";

/** A living worker renews its lease every 10 s: one that says nothing for longer may be gone. */
export const SILENT_SECONDS = 12;

/** Return what an attempt is called: workers are counted, deliveries that were dropped are not. */
export function nameOf(runs, run) {
  if (run.state === "dropped" && !run.claimed) return "Another delivery";
  return `Worker ${runs.filter((each) => each.id <= run.id && (each.claimed || each.state !== "dropped")).length}`;
}

/** Say how an attempt stands: [tone, words]. */
export function stateOf(run) {
  return {
    working: ["busy", "working"],
    answered: ["ok", "answered"],
    failed: ["bad", "failed"],
    refused: ["warn", "refused"],
    dropped: ["calm", "dropped"],
    raised: ["bad", "failed, to be tried again"],
    gone: ["bad", "fell silent"],
  }[run.state] ?? ["calm", run.state];
}

/** Say what more there is to say of an attempt. */
export function aboutOf(run) {
  const later = run.silence === null ? "" : `after ${duration(run.silence)} of silence`;
  return [later, `process ${run.process}`, DROPPED[run.reason] ?? run.reason].filter(Boolean).join(", ");
}

/** Return attempts in the order in which they are listed: deliveries that came to nothing are the last. */
export function listed(runs) {
  return [...runs.filter((run) => run.claimed), ...runs.filter((run) => !run.claimed)];
}

/** The line between one attempt and the next; above the first, its name, where there are several. `shown` are those listed. */
export function Divider({ runs, run, shown }) {
  const name = nameOf(runs, run);
  const [tone, words] = stateOf(run);
  const tookOver = run.claimed && runs.some((other) => other.id < run.id && other.claimed);
  if (shown.length < 2 && !tookOver) return null;
  return html`<div class="attempt ${tookOver ? "attempt-over" : ""}">
    <h3>${name}${tookOver ? " took over" : ""}</h3>
    <${Badge} tone=${tone}>${words}<//>
    <span class="attempt-more">${aboutOf(run)}</span>
  </div>`;
}

/** A list cut into the attempts that its items belong to. `children` draws the items of one. */
export function ByAttempt({ runs, items, children }) {
  const shown = listed(runs).filter((run) => items.some((item) => item.run === run.id));
  return shown.map((run) => html`<div key=${run.id} class="run">
    <${Divider} runs=${runs} run=${run} shown=${shown} />
    ${children(items.filter((item) => item.run === run.id), run)}
  </div>`);
}

/** Writes of Vera's messages: wanted, made and refused over time, what the budget bears and what the shared count said. */

import { html } from "../vendor/htm-preact.js";
import { ByAttempt } from "./attempts.js";
import { percent, Plot, stairs, WIDE } from "./charts.js";
import { Nothing, useLast } from "./parts.js";
import { SharedCount } from "./shared-count.js";
import { BURST, streamingOf } from "./streaming.js";
import { axis, count, duration, mark, since } from "./units.js";

const MOST_ROWS = 400;
const STAIRS = 72; // units high

export function Edits({ view, isLive }) {
  const [last, showAll] = useLast(view.edits, MOST_ROWS, "edit");
  const chosen = view.streaming && html`<p class="streaming">Shown as ${streamingOf(view.streaming)}.</p>`;
  if (view.edits.length === 0) return html`${chosen}<${Nothing}>No edit yet.<//><${SharedCount} view=${view} />`;
  return html`<div>
    ${chosen}
    <${ByAttempt} runs=${view.runs} items=${view.edits} isLive=${isLive}>
      ${(edits, run) => html`<${Chart} run=${run} edits=${edits} zero=${view.zero} />`}
    <//>
    ${showAll}
    <table class="table edits">
      <caption class="sr-only">Edits of Vera's messages</caption>
      <thead><tr>
        <th scope="col">At</th><th scope="col">Write</th><th scope="col">What</th>
        <th scope="col" class="number">Overtook</th><th scope="col" class="number">Left</th>
        <th scope="col" class="number">Among</th><th scope="col" class="number">Took</th>
      </tr></thead>
      <tbody>${last.map((edit) => html`<${Edit} key=${edit.entry.number} edit=${edit} zero=${view.zero} />`)}</tbody>
    </table>
    <${SharedCount} view=${view} />
  </div>`;
}

function Edit({ edit, zero }) {
  const { entry, made } = edit;
  const limited = entry.code === "ratelimited";
  const part = entry.part > 0 ? `part ${entry.part + 1}, ` : "";
  const why = limited ? `429 retry after ${entry.retry_after_seconds || 1}\u00a0s` : entry.code;
  return html`<tr class="tone-${made ? "ok" : limited ? "warn" : "bad"}">
    <td class="number">${since(edit.from - zero)}</td>
    <td>${made ? writeOf(entry) : ""}</td>
    <td class="what">${part}${made ? `${count(entry.characters)} chars` : html`<span class="verdict">${why}</span>`}</td>
    <td class="number">${made ? count(Math.max(0, entry.wanted - 1)) : ""}</td>
    <${BudgetLeft} left=${entry.budget_left} />
    <td class="number">${made ? entry.running ?? "" : ""}</td>
    <td class="number">${made ? duration(entry.seconds) : ""}</td>
  </tr>`;
}

/** Which kind of write it was: a message that is not streamed begins with a post. */
function writeOf({ write = "update", posted }) {
  return write === "update" && posted ? "post" : write;
}

/** A last edit is made even where none is left: what it owes is paid back before the next one on the way. */
function BudgetLeft({ left }) {
  const owed = left < 0 ? `A reply's last edit never waits: ${(-left).toFixed(1)} owed, paid back by waiting` : undefined;
  return html`<td class="number" title=${owed}>${Number.isFinite(left) ? Math.max(0, left).toFixed(1) : ""}</td>`;
}

/** Two staircases, wanted above made, and under them the budget. */
function Chart({ run, edits, zero }) {
  const from = run.from;
  const last = edits.at(-1).at;
  const { end, marks } = axis(last - from, from - zero, run.state !== "working");
  const x = (at) => (at - from) / end;
  const made = edits.filter((edit) => edit.made);
  const refused = edits.filter((edit) => !edit.made);
  const wanted = made.reduce((sum, edit) => sum + edit.entry.wanted, 0);
  let sum = 0;
  const wantedSteps = made.map((edit) => [x(edit.at), (sum += edit.entry.wanted) / wanted]);
  const madeSteps = made.map((edit, index) => [x(edit.at), (index + 1) / wanted]);
  return html`<figure class="edits-chart">
    <figcaption>
      <span class="key key-wanted">${count(wanted)} wanted</span> <span class="key key-made">${count(made.length)} made</span>
      ${" "}<span class="key key-refused">${count(refused.length)} refused</span>
      ${" "}<span class="key key-budget">budget left, of ${BURST}</span>
    </figcaption>
    <${Plot} height=${STAIRS}>
      ${marks.map((at) => html`<${Upright} key=${at} kind="plot-grid" x=${at / end} />`)}
      <polyline class="line-wanted" points=${stairs(wantedSteps, STAIRS, x(last))} vector-effect="non-scaling-stroke" />
      <polyline class="line-made" points=${stairs(madeSteps, STAIRS, x(last))} vector-effect="non-scaling-stroke" />
      ${refused.map((edit) => html`<${Upright} key=${edit.entry.number} kind="line-refused" x=${x(edit.at)} />`)}
    <//>
    <${Budget} edits=${edits} x=${x} />
    <div class="plot-axis" aria-hidden="true"><svg focusable="false">
      ${marks.map((at) => html`<text key=${at} x=${percent(at / end)} y="11">${mark(from - zero + at)}</text>`)}
    </svg></div>
  </figure>`;
}

function Upright({ kind, x }) {
  return html`<line class=${kind} x1=${x * WIDE} x2=${x * WIDE} y1="0" y2=${STAIRS} vector-effect="non-scaling-stroke" />`;
}

/** What the budget bore after each edit: of what an answer is mostly written by, for each kind of write has its own. */
function Budget({ edits, x }) {
  const appends = edits.filter(({ entry }) => entry.write === "append").length;
  const told = edits.filter(({ entry }) => Number.isFinite(entry.budget_left)
    && (appends === 0 || (entry.write ?? "append") === "append"));
  if (told.length === 0) return null;
  const part = (left) => Math.max(0, Math.min(1, left / BURST));
  const at = (edit) => (x(edit.at) * WIDE).toFixed(1);
  const line = told.map((edit) => `${at(edit)},${(35 - part(edit.entry.budget_left) * 34).toFixed(1)}`).join(" ");
  return html`<${Plot} height=${36}>
    <polygon class="area-budget" points="${at(told[0])},36 ${line} ${at(told.at(-1))},36" />
    <polyline class="line-budget" points=${line} vector-effect="non-scaling-stroke" />
  <//>`;
}

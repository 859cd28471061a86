/** The turn's record and lease: whose it is, until when, what is known of it; and the ledger's calls as they were. */

import { html, useState } from "../vendor/htm-preact.js";
import { aboutOf, ByAttempt, listed, nameOf, State } from "./attempts.js";
import { Score } from "./charts.js";
import { Facts, Nothing, useLast, useNow } from "./parts.js";
import { streamingOf } from "./streaming.js";
import { clock, count, countdown, duration, since } from "./units.js";

const MOST_ROWS = 400;

export function TurnTab({ view, isLive }) {
  const held = isLive && view.record.heldUntil !== null && view.outcome === "working";
  const now = useNow(held, 250);
  const [last, showAll] = useLast(view.ledger, MOST_ROWS, "call");
  const { record } = view;
  return html`<div class="card">
      <${Facts} facts=${[
        ["Turn", view.turn, true],
        ["Asked at", view.askedAt === null ? "" : clock(view.askedAt)],
        ["Outcome", view.outcome === "working" ? "none yet" : record.outcome || view.outcome],
        ["Error", view.error],
        ["Owner", record.owner, true],
        ["Attempt", record.attempt || ""],
        ["Lease", leaseOf(record, held, now)],
        ["Messages", record.messages.filter(Boolean).join(", ") || "none", true],
        ["Tool rounds", count(record.rounds)],
        ["Leg", record.leg || ""],
        ["Stop", record.stopAsked ? "asked for" : ""],
        ["Streaming", view.streaming ? streamingOf(view.streaming) : ""],
      ]} />
    </div>
    <h3 class="part-name">Attempts</h3>
    <ul class="attempts">
      ${listed(view.runs).map((run) => html`<${Line} key=${run.id} runs=${view.runs} run=${run} zero=${view.zero}
        isLive=${isLive} />`)}
    </ul>
    <h3 class="part-name">Ledger calls</h3>
    ${showAll}
    ${view.ledger.length === 0 && html`<${Nothing}>The ledger has not been asked yet.<//>`}
    <${ByAttempt} runs=${view.runs} items=${last} isLive=${isLive}>${(calls, run) => html`<table class="table ledger">
      <caption class="sr-only">Calls of the ledger by process ${run.process}</caption>
      <thead><tr>
        <th scope="col">At</th><th scope="col">Operation</th><th scope="col">What</th><th scope="col" class="number">Took</th>
      </tr></thead>
      <tbody>${calls.map((call) => html`<tr key=${call.entry.number} class="tone-${call.tone}">
        <td class="number">${since(call.from - view.zero)}</td><th scope="row" class="mono">${call.operation}</th>
        <td class="what"><span class="verdict">${call.what}</span></td><td class="number">${duration(call.to - call.from)}</td>
      </tr>`)}</tbody>
    </table>`}<//>
    <${Copy} entries=${view.entries} />`;
}

function leaseOf(record, held, now) {
  if (record.owner === "") return "never claimed";
  if (record.outcome) return "none: the turn is closed";
  if (record.heldUntil === null) return "given back";
  const left = record.heldUntil - now;
  if (!held) return `${left > 0 ? "held until" : "ran out at"} ${clock(record.heldUntil)}`;
  if (left <= 0) return `ran out ${countdown(-left)} ago`;
  return html`<span class="lease">held for another ${countdown(left)} <${Score} part=${left / record.leaseSeconds} /></span>`;
}

function Line({ runs, run, zero, isLive }) {
  return html`<li>
    <span class="attempt-name">${nameOf(runs, run)}</span>
    <${State} run=${run} isLive=${isLive} />
    <span class="attempt-when">${since(run.from - zero)} to ${since(run.to - zero)}, ${aboutOf(run)}</span>
  </li>`;
}

/** The whole journal of the turn, to be taken elsewhere. */
function Copy({ entries }) {
  const [said, say] = useState("Copy the journal as JSON lines");
  const copy = () => {
    const lines = entries.map((entry) => JSON.stringify(entry)).join("\n");
    const done = `Copied ${count(entries.length)} lines`;
    navigator.clipboard.writeText(lines).then(() => say(done), () => say("The browser did not allow it"));
  };
  return html`<button type="button" class="quiet" onClick=${copy}>${said}</button>`;
}

/**
 * The attempts at one turn, told apart: each is one invocation of one worker process.
 *
 * A killed worker says nothing, so its run stays open until a later claim shows that it is gone. A warm process may work
 * on the same turn twice, so a new run begins with each claim by another owner.
 */

import { addRow, changeRow, newRow } from "./rows.js";

/** Why a delivery of a question is let go. */
export const DROPPED = {
  answered: "the question was answered before",
  busy: "another worker is busy with it",
  lost: "another worker has taken it over",
};

/**
 * Return the run that an entry belongs to; begin it where it is the first of it. That the asker wants no more is told by
 * another process: it belongs to whoever is at work.
 */
export function runOf(view, entry, from) {
  const atWork = view.runs.findLast((each) => each.claimed);
  if (entry.operation === "ask_stop" && atWork) return atWork;
  const run = view.runs.findLast((each) => each.process === entry.process);
  return run && !isAnother(run, entry) ? run : beginRun(view, entry, from);
}

function isAnother(run, entry) {
  if (entry.event !== "ledger_called" || entry.operation !== "claim" || entry.key) {
    return run.state !== "working" && entry.event === "turn_claimed";
  }
  return run.state !== "working" || (run.owner !== "" && Boolean(entry.owner) && run.owner !== entry.owner);
}

function beginRun(view, entry, from) {
  const run = {
    id: view.runs.length,
    process: entry.process,
    attempt: 0,
    leg: 0, // above 0: it goes on with what the leg before it handed on
    claimed: false,
    isFirst: false, // of those that claimed the turn
    owner: "",
    from,
    to: entry.at,
    endedAt: null,
    state: "working",
    reason: "",
    error: "",
    silence: null, // seconds between the last word of the worker that is gone and this one's first
    rows: [],
    aside: null, // a delivery that was dropped: its line for the timeline of another run
    stage: null,
    request: null,
    uses: [],
  };
  view.runs.push(run);
  return run;
}

/** Note that a run holds the turn now: whoever held it before is gone. */
export function takeOver(view, run) {
  if (run.claimed) return;
  run.isFirst = !view.runs.some((other) => other.claimed);
  run.claimed = true;
  if (run.isFirst && run.from > view.zero) deliver(view, run);
  for (const other of view.runs) {
    if (other.id < run.id && other.claimed && other.state === "working") {
      run.silence = run.from - other.to;
      endRun(other, other.to, { state: "gone" });
    }
  }
}

/** Between the question and the worker's first word lie Slack's event, the receiver and Lambda's start. */
function deliver(view, run) {
  const told = { kind: "delivery", name: "Delivery", detail: "Slack, receiver, Lambda", about: {} };
  run.rows.unshift(newRow(view, { ...told, from: view.zero, to: run.from }));
}

/** End a run, and what its worker was doing. */
export function endRun(run, at, how) {
  Object.assign(run, how, { to: Math.max(run.to, at), endedAt: at });
  const cut = how.state === "gone" || how.state === "raised";
  for (const open of run.rows) {
    if (open.to === null) changeRow(open, { to: run.to, cut });
  }
  if (run.request) Object.assign(run.request, { to: run.to, cut: true });
  run.stage = null;
  run.request = null;
}

/** Deliveries of the question that came to nothing are a line each in the timeline of the attempt beside them. */
export function adopt(view) {
  const beside = view.runs.findLast((run) => run.claimed);
  for (const run of beside ? view.runs : []) {
    if (run.aside) addRow(view, beside, run.aside);
    run.aside = null;
  }
}

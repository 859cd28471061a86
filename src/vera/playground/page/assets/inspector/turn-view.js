/**
 * What the inspector shows of one turn, reduced from the journal's entries and from nothing else.
 *
 * Pure: no clock, no page. `reduce(entries)` is `entries` added one by one to `begin()`, so that what is shown live is
 * what is shown after a reload. Entries come in the order of their `number`; most are written at the end of what they
 * tell, so a span began `seconds` before. Times are unix seconds. Held by `tests/e2e/browser/test_inspector_page.py`.
 */

import { MODEL_EVENTS } from "./model-events.js";
import { newRecord, noteLedger } from "./record.js";
import { addRow, changeRow, moment } from "./rows.js";
import { adopt, DROPPED, endRun, runOf, takeOver } from "./runs.js";
import { callOf } from "./slack-call.js";
import { streamingOf } from "./streaming.js";
import { counted } from "./units.js";

/** Return the view of a turn of which nothing is known yet. */
export function begin() {
  return {
    turn: "",
    version: 0,
    entries: [],
    asked: null,
    askedAt: null,
    zero: null,
    heardAt: null, // when the attempt that tells how the turn stands said its last word
    endedAt: null,
    outcome: "",
    error: "",
    runs: [],
    rows: 0,
    calls: [],
    requests: [],
    tools: [],
    searches: [],
    edits: [],
    tally: [],
    streaming: null,
    ledger: [],
    record: newRecord(),
    figures: {
      firstMessage: null,
      firstText: null,
      wanted: 0,
      made: 0,
      refused: 0,
      tooMany: 0,
      inputTokens: 0,
      outputTokens: 0,
      budget: null,
      running: 1,
    },
  };
}

/** Return what is to be shown of these entries of one turn, in any order. */
export function reduce(entries) {
  const view = begin();
  for (const entry of inOrder(entries)) add(view, entry);
  return view;
}

/** Return entries by their number, each once. */
export function inOrder(entries) {
  const known = new Map(entries.map((entry) => [entry.number, entry]));
  return [...known.values()].sort((one, other) => one.number - other.number);
}

/** Add the newest entry to a view, in place. */
export function add(view, entry) {
  view.version += 1;
  view.entries.push(entry);
  view.turn ||= entry.turn;
  const from = began(entry);
  if (view.zero === null) start(view, from);
  view.zero = Math.min(view.zero, from);
  const run = runOf(view, entry, from);
  run.to = Math.max(run.to, entry.at);
  const tell = TELL[entry.event];
  if (tell) tell(view, run, entry, from);
  else addRow(view, run, { kind: "turn", name: entry.event, from, to: entry.at, about: entry }); // a newer Vera's
  conclude(view);
  return view;
}

/** Return when what an entry tells began. */
export function began(entry) {
  return entry.at - (Number.isFinite(entry.seconds) && !WHOLE_TURN.has(entry.event) ? entry.seconds : 0);
}

/** Return when the message that is the turn was written, or null where its key doesn't say. */
export function askedAt(turn) {
  const at = Number(turn.slice(turn.lastIndexOf(":") + 1));
  return Number.isFinite(at) && at > 0 ? at : null;
}

const WHOLE_TURN = new Set(["turn_ended", "turn_handed_on"]);
const PLAUSIBLE_WAIT_SECONDS = 3600; // beyond it, the question's ts is of another clock

function start(view, from) {
  const asked = askedAt(view.turn);
  view.askedAt = asked;
  const waited = asked === null ? -1 : from - asked;
  view.zero = waited >= 0 && waited < PLAUSIBLE_WAIT_SECONDS ? asked : from;
}

const POSTS = new Set(["chat.postMessage", "chat.startStream"]);
const TOLD = new Set(["answered", "failed", "refused", "stopped"]);
const ENDINGS = { answered: "Answered", failed: "Failed", refused: "Refused", stopped: "Stopped by the asker" };

/** What each event does to the view. */
const TELL = {
  ...MODEL_EVENTS,
  turn_claimed(view, run, entry) {
    run.attempt = entry.attempt;
    run.leg = entry.leg ?? 0;
    takeOver(view, run);
    adopt(view);
  },
  stage(view, run, entry) {
    if (run.stage) changeRow(run.stage, { to: entry.at });
    run.stage = addRow(view, run, { kind: "stage", name: entry.name, from: entry.at, about: entry });
  },
  thread_read(view, run, entry, from) {
    const left = entry.omitted ? `, ${entry.omitted} left out` : "";
    const detail = `${counted(entry.messages, "message")}${left}`;
    addRow(view, run, { kind: "search", name: "Thread", detail, from, to: entry.at, about: entry });
  },
  slack_called(view, run, entry, from) {
    const call = callOf(entry, from, run.id);
    view.calls.push(call);
    const { tone, method, brief } = call;
    const trouble = tone === "ok" ? "" : call.status === 429 ? "429" : entry.error;
    const detail = [trouble, brief].filter(Boolean).join(", ");
    addRow(view, run, { kind: "slack", name: method, detail, from, to: entry.at, tone, about: call });
    if (call.status === 429) view.figures.tooMany += 1;
    if (POSTS.has(method) && tone === "ok") view.figures.firstMessage ??= entry.at - view.zero;
  },
  searched(view, run, entry, from) {
    view.searches.push({ kind: "searched", run: run.id, from, entry });
    const detail = entry.error || counted(entry.passages?.length ?? 0, "passage");
    const tone = entry.error ? "bad" : "ok";
    const name = entry.knowledge_base || "Knowledge base";
    addRow(view, run, { kind: "search", name, detail, from, to: entry.at, tone, about: entry });
  },
  reranked(view, run, entry, from) {
    view.searches.push({ kind: "reranked", run: run.id, from, entry });
    const tone = entry.error ? "bad" : "ok";
    const detail = entry.error || `${entry.passages?.length ?? 0} chosen`;
    addRow(view, run, { kind: "search", name: "Reranked", detail, from, to: entry.at, tone, about: entry });
  },
  retrieved(view, run, entry, from) {
    view.searches.push({ kind: "retrieved", run: run.id, from, entry });
  },
  edit_made(view, run, entry, from) {
    view.edits.push({ made: true, run: run.id, at: entry.at, from, entry });
    view.figures.made += 1;
    view.figures.wanted += entry.wanted ?? 1;
    view.figures.running = entry.running ?? 1;
    if (Number.isFinite(entry.budget_left)) view.figures.budget = entry.budget_left;
  },
  edit_refused(view, run, entry) {
    view.edits.push({ made: false, run: run.id, at: entry.at, from: entry.at, entry });
    view.figures.refused += 1;
    if (Number.isFinite(entry.budget_left)) view.figures.budget = entry.budget_left;
  },
  tally_called(view, run, entry, from) {
    view.tally.push({ run: run.id, from, entry });
    const about = { kind: "turn", name: "Shared count", detail: entry.error, from, to: entry.at, tone: "warn", about: entry };
    if (entry.error) addRow(view, run, about);
  },
  streaming_chosen(view, run, entry) {
    view.streaming = entry;
    addRow(view, run, moment("Streaming", streamingOf(entry), "ok", entry));
  },
  ledger_called(view, run, entry, from) {
    const call = noteLedger(view.record, entry, from, run);
    if (call.claimed) {
      takeOver(view, run);
      adopt(view);
    }
    view.ledger.push(call);
    const { tone, what } = call;
    addRow(view, run, { kind: "ledger", name: entry.operation, detail: what, from, to: entry.at, tone, about: entry });
  },
  message_unrecorded(view, run, entry) {
    const detail = `part ${entry.part} stands, the ledger does not know`;
    addRow(view, run, moment("Unrecorded", detail, "warn", entry));
  },
  writer_ended(view, run, entry) {
    addRow(view, run, moment("No more edits on the way", entry.error, "bad", entry));
  },
  turn_ended(view, run, entry) {
    const name = ENDINGS[entry.outcome] ?? entry.outcome;
    const tone = entry.outcome === "failed" ? "bad" : "ok";
    const detail = entry.error || `${counted(entry.edits, "edit")}, ${counted(entry.characters, "character")}`;
    addRow(view, run, moment(name, detail, tone, entry));
    endRun(run, entry.at, { state: entry.outcome, error: entry.error });
  },
  turn_handed_on(view, run, entry) {
    const detail = `leg ${entry.leg} was asked for, after ${counted(entry.characters, "character")}`;
    addRow(view, run, moment("Handed on", detail, "ok", entry));
    endRun(run, entry.at, { state: "handed on" });
  },
  turn_dropped(view, run, entry, from) {
    const why = DROPPED[entry.reason] ?? entry.reason;
    addRow(view, run, moment("Dropped", why, "warn", entry));
    endRun(run, entry.at, { state: "dropped", reason: entry.reason });
    if (!run.claimed) run.aside = { kind: "turn", name: "Another delivery", detail: why, from, to: from, about: entry };
    adopt(view);
  },
  turn_raised(view, run, entry) {
    addRow(view, run, moment("Raised", entry.error, "bad", entry));
    endRun(run, entry.at, { state: "raised", error: entry.error });
  },
};

/**
 * Say how the turn stands: as its newest attempt does. Duplicates that were dropped count only where nothing else is, and
 * whoever has told an end, unless the turn was taken up again after it.
 */
function conclude(view) {
  const attempts = view.runs.filter((run) => run.claimed);
  const told = attempts.findLast((run) => TOLD.has(run.state));
  const again = attempts.findLast((run) => told && run.state === "working" && run.from >= told.endedAt);
  const run = again ?? told ?? attempts.at(-1) ?? view.runs.at(-1);
  view.outcome = { raised: "interrupted", gone: "interrupted", "handed on": "working" }[run.state] ?? run.state;
  view.error = run.error;
  view.endedAt = view.outcome === "working" ? null : run.endedAt;
  view.heardAt = run.to;
}

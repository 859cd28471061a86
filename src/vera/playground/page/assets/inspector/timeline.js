/** The timeline: everything that happened in a turn on one axis of time, attempt by attempt; rows open in place. */

import { memo } from "../memo.js";
import { html, useMemo } from "../vendor/htm-preact.js";
import { Divider, drawnUntil, quietFor, SILENT_SECONDS } from "./attempts.js";
import { percent, Span } from "./charts.js";
import { useLast, useNow, useOpened, useRoving } from "./parts.js";
import { About } from "./row-about.js";
import { axis, countdown, duration, labelled, since } from "./units.js";

const MOST_ROWS = 400;
const LONGEST_DELIVERY_SECONDS = 10; // that is shown: a question may have waited for hours

/** What is shown in which lane, top to bottom. */
const LANES = [
  ["stage", "Stages"],
  ["slack", "Slack"],
  ["search", "Reading"],
  ["model", "Model"],
  ["tool", "Tools"],
  ["ledger", "Ledger"],
];

/** The whole timeline of a turn. `onGo(tab)` opens another part of the inspector. */
export function Timeline({ view, isLive, onGo }) {
  const isWorking = isLive && view.outcome === "working";
  const now = useNow(isWorking, 250);
  const [hidden, toggleLane] = useOpened();
  const [opened, toggle] = useOpened();
  const runs = view.runs.some((run) => run.claimed) ? view.runs.filter((run) => run.claimed) : view.runs;
  const rows = runs.flatMap((run) => run.rows).filter((row) => !hidden.has(row.kind));
  const [last, showAll] = useLast(rows, MOST_ROWS, "row");
  const [active, roving] = useRoving(last.map((row) => row.id));
  const shown = new Set(last);
  return html`<div class="timeline" ...${roving}>
    ${showAll}
    ${runs.map((run) => html`<div key=${run.id} class="run">
      <${Divider} runs=${view.runs} run=${run} shown=${runs} isLive=${isLive} />
      <${Run} view=${view} run=${run} now=${now} rows=${run.rows.filter((row) => shown.has(row))} hidden=${hidden}
        onLane=${toggleLane} opened=${opened} onToggle=${toggle} active=${active} onGo=${onGo} />
    </div>`)}
    ${isWorking && html`<${Silence} view=${view} now=${now} />`}
  </div>`;
}

function Run({ view, run, now, rows, hidden, onLane, opened, onToggle, active, onGo }) {
  const from = run.isFirst && run.from - view.zero < LONGEST_DELIVERY_SECONDS ? view.zero : run.from;
  const until = run.state === "working" ? drawnUntil(run.to, now) : run.to;
  const isQuiet = quietFor(run.to, now) > 0;
  const { end, marks } = axis(until - from, from - view.zero, run.state !== "working");
  const scale = useMemo(() => (at) => (at - from) / end, [from, end]);
  return html`<div class="chart">
    <svg class="grid" aria-hidden="true" focusable="false">
      ${marks.map((at) => html`<line key=${at} x1=${percent(at / end)} x2=${percent(at / end)} y1="0" y2="100%" />`)}
    </svg>
    ${run.rows.length > 3 && html`<div class="overview">
      <div class="line axis" aria-hidden="true"><span></span><svg class="axis-marks" focusable="false">
        ${labelled(marks, end, from - view.zero).map(({ at, words, isTight }) => html`
          <text key=${at} class=${isTight ? "tight" : ""} x=${percent(at / end)} y="11">${words}</text>`)}
      </svg><span></span></div>
      ${LANES.filter(([kind]) => run.rows.some((row) => row.kind === kind)).map(([kind, name]) => html`
        <div key=${kind} class="line lane">
          <button type="button" class="lane-name" aria-pressed=${!hidden.has(kind)} title="Show or hide these rows"
            onClick=${() => onLane(kind)}>${name}</button>
          <${Lane} run=${run} kind=${kind} scale=${scale} until=${until} />
          <span class="took">${run.rows.filter((row) => row.kind === kind).length}</span>
        </div>`)}
    </div>`}
    <ol class="rows">
      ${rows.map((row) => html`<${Row} key=${row.id} row=${row} edition=${row.edition} zero=${view.zero} scale=${scale}
        ...${row.to === null ? { heard: run.to, until, isQuiet } : ENDED}
        isActive=${active === row.id} onToggle=${onToggle}
        ...${opened.has(row.id) ? { isOpen: true, view, version: view.version, onGo } : { isOpen: false }} />`)}
    </ol>
  </div>`;
}

/** One lane of the overview: every row of its kind at once. */
function Lane({ run, kind, scale, until }) {
  const at = (time) => Math.max(0, Math.min(1, scale(time)));
  return html`<svg class="lane-track span-${kind}" aria-hidden="true" focusable="false">
    ${run.rows.filter((row) => row.kind === kind).map((row) => html`<g key=${row.id} class="tone-${row.tone}">
      ${row.to === null && html`<line class="beyond" x1=${percent(at(run.to))} x2=${percent(at(until))} y1="6" y2="6" />`}
      <rect class="bar" x=${percent(at(row.from))} width=${percent(at(row.to ?? run.to) - at(row.from))} y="3" height="6" />
      <rect class="tick" x=${percent(at(row.from))} width="1.5" y="1" height="10" />
    </g>`)}
  </svg>`;
}

const ENDED = { heard: 0, until: 0, isQuiet: false }; // so that only rows under way are drawn anew

/** One row. While it is under way, its worker was `heard` of last, and it is drawn `until` then. */
const Row = memo(({ row, zero, scale, heard, until, isQuiet, isOpen, isActive, onToggle, view, onGo }) => {
  const id = `inspect-row-${row.id}`;
  const to = row.to ?? heard;
  const at = since(row.from - zero);
  return html`<li class="row row-${row.kind} tone-${row.tone} ${isOpen ? "is-open" : ""}">
    <button type="button" class="line" data-row=${row.id} tabindex=${isActive ? 0 : -1} aria-expanded=${isOpen}
      aria-controls=${isOpen ? id : undefined} onClick=${() => onToggle(row.id)}>
      <span class="row-name">
        <span class="row-what">${row.name}</span>${row.detail && html`<span class="row-detail"> ${row.detail}</span>`}
      </span>
      <${Span} kind=${row.kind} tone=${row.tone} from=${scale(row.from)} to=${scale(to)} until=${scale(until)}
        mark=${row.mark === null ? null : scale(row.mark)} open=${row.to === null} cut=${row.cut} />
      <span class="took">
        ${row.to === row.from ? at : isQuiet ? atLeast(heard - row.from) : duration((row.to ?? until) - row.from)}
      </span>
      <span class="sr-only">${row.to === row.from ? "" : `, at ${at}`}${row.to === null ? ", under way" : ""}</span>
    </button>
    ${isOpen && html`<div class="opened" id=${id}><${About} row=${row} view=${view} onGo=${onGo} /></div>`}
  </li>`;
});

/** Say how long something took that nothing is heard of. */
function atLeast(seconds) {
  return seconds < 0.001 ? "…" : `≥ ${duration(seconds)}`;
}

/** A killed worker says nothing: what can be said is for how long, and until when its lease holds. */
function Silence({ view, now }) {
  const quiet = now - view.heardAt;
  if (quiet < SILENT_SECONDS) return null;
  const isHandedOn = view.runs.findLast((run) => run.claimed)?.state === "handed on";
  if (isHandedOn) return html`<p class="silence">The next leg was asked for ${countdown(quiet)} ago, and nothing came of it yet.</p>`;
  const left = (view.record.heldUntil ?? 0) - now;
  const lease = left > 0 ? `Its lease runs out in ${countdown(left)}.` : "Its lease has run out: the next attempt takes over.";
  return html`<p class="silence">Nothing heard from the worker for ${countdown(quiet)}. ${lease}</p>`;
}

/** The inspector's drawings: SVG by attributes alone, beside text that says the same. */

import { html } from "../vendor/htm-preact.js";

/** Return a part of 1 as SVG wants it; what lies outside of the drawing is at its edge. */
export function percent(part) {
  return `${(Math.max(0, Math.min(1, part)) * 100).toFixed(2)}%`;
}

/**
 * A bar from `from` to `to` on a scale of 0 to 1, with a mark on it; `cut` where it should have gone on. From there to
 * `until` it may go on, but nobody has said so.
 */
export function Span({ kind, tone, from, to, until, mark, open, cut }) {
  return html`<svg class="span span-${kind} tone-${tone} ${open ? "is-open" : ""}" aria-hidden="true" focusable="false">
    ${until > to && html`<line class="beyond" x1=${percent(to)} x2=${percent(until)} y1="50%" y2="50%" />`}
    <rect class="bar" x=${percent(from)} width=${percent(Math.min(1, to) - Math.max(0, from))} y="25%" height="50%" rx="2" />
    <rect class="tick" x=${percent(from)} width="2" y="25%" height="50%" rx="1" />
    ${mark !== null && html`<rect class="mark" x=${percent(mark)} width="2" y="10%" height="80%" />`}
    ${cut && html`<rect class="cut" x=${percent(to)} width="3" y="10%" height="80%" />`}
  </svg>`;
}

/** The edits that the budget bears right now, a cell for each. `reserve` are kept for last edits: then it is low. */
export function Gauge({ left, of = 20, reserve = 2 }) {
  const full = Math.max(0, Math.min(of, Math.floor(left + 1e-6)));
  const cells = [...Array(of).keys()];
  const look = (cell) => (cell >= full ? "spent" : full <= reserve ? "full low" : "full");
  return html`<svg class="gauge" viewBox="0 0 ${of * 5 - 1} 12" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    ${cells.map((cell) => html`<rect key=${cell} class=${look(cell)} x=${cell * 5} width="4" height="12" rx="1" />`)}
  </svg>`;
}

/** A value of a scale of 0 to 1, as a thin bar. */
export function Score({ part }) {
  return html`<svg class="score" aria-hidden="true" focusable="false">
    <rect class="score-ground" width="100%" height="100%" rx="2" />
    <rect class="score-bar" width=${percent(part)} height="100%" rx="2" />
  </svg>`;
}

/** How many units wide the drawings of lines are. */
export const WIDE = 400;

/** Values over time as a filled line, `height` units high; `values` are 0 to 1. */
export function Sparkline({ values, height = 36 }) {
  if (values.length === 0) return null;
  const step = WIDE / Math.max(1, values.length - 1);
  const y = (value) => (height - 1 - value * (height - 3)).toFixed(1);
  const points = values.map((value, index) => `${(index * step).toFixed(1)},${y(value)}`).join(" ");
  return html`<${Plot} kind="sparkline" height=${height}>
    <polygon class="spark-area" points="0,${height} ${points} ${WIDE},${height}" />
    <polyline class="spark-line" points=${points} vector-effect="non-scaling-stroke" />
  <//>`;
}

/** Return a staircase through [x, y] (0 to 1, y upwards) as points on a drawing of `height` units, up to x = `end`. */
export function stairs(points, height, end = 1) {
  const at = (x, y) => `${(x * WIDE).toFixed(1)},${(height - 1 - y * (height - 2)).toFixed(1)}`;
  const drawn = [at(0, 0)];
  let level = 0;
  for (const [x, y] of points) {
    drawn.push(at(x, level), at(x, y));
    level = y;
  }
  return [...drawn, at(end, level)].join(" ");
}

/** A drawing of `height` units that is stretched to its place. */
export function Plot({ kind = "plot", height, children }) {
  return html`<svg class=${kind} viewBox="0 0 ${WIDE} ${height}" preserveAspectRatio="none"
    aria-hidden="true" focusable="false">
    ${children}
  </svg>`;
}

/** The figures of a turn at a glance: how soon, how long, how many, how much is left. */

import { html } from "../vendor/htm-preact.js";
import { Gauge } from "./charts.js";
import { BURST } from "./streaming.js";
import { count, duration } from "./units.js";

export function Figures({ view }) {
  const { firstMessage, firstText, made, wanted, tooMany, inputTokens, outputTokens, budget, running } = view.figures;
  return html`<dl class="figures">
    <${Figure} name="First message">${firstMessage === null ? "–" : duration(firstMessage)}<//>
    <${Figure} name="First text">${firstText === null ? "–" : duration(firstText)}<//>
    <${Figure} name="Total">${view.endedAt === null ? "–" : duration(view.endedAt - view.zero)}<//>
    <${Figure} name="429s" tone=${tooMany ? "warn" : ""}>${count(tooMany)}<//>
    <${Figure} name="Edits">${count(made)}<span class="of"> of ${count(wanted)} wanted</span><//>
    <${Figure} name="Tokens"><${Tokens} told=${inputTokens} said=${outputTokens} /><//>
    <${Figure} name="Edit budget" wide><${Left} budget=${budget} running=${running} /><//>
  </dl>`;
}

function Tokens({ told, said }) {
  if (told + said === 0) return "–";
  return html`<span>${count(told)}<span class="of"> in </span>${count(said)}<span class="of"> out</span></span>`;
}

function Left({ budget, running }) {
  if (budget === null) return "–";
  const among = running > 1 ? `, among ${running}` : "";
  return html`<span class="gauged"><${Gauge} left=${budget} of=${BURST} reserve=${Math.max(1, running)} />
    <span>${Math.max(0, Math.floor(budget + 1e-6))}<span class="of"> of ${BURST}${among}</span></span></span>`;
}

/** A figure and its name. */
export function Figure({ name, tone = "", wide = false, children }) {
  return html`<div class="figure ${wide ? "figure-wide" : ""} ${tone ? `figure-${tone}` : ""}">
    <dt>${name}</dt><dd>${children}</dd>
  </div>`;
}

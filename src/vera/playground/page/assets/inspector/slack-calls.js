/** Every call of Slack's Web API: when, which, what about, how it went, how long; each opens to all that was said. */

import { memo } from "../memo.js";
import { html, useState } from "../vendor/htm-preact.js";
import { ByAttempt } from "./attempts.js";
import { JsonTree } from "./json-tree.js";
import { Facts, Nothing, useLast, useRoving } from "./parts.js";
import { clock, duration, since } from "./units.js";

const MOST_ROWS = 400;

export function SlackCalls({ view, isLive }) {
  const [last, showAll] = useLast(view.calls, MOST_ROWS, "call");
  const [active, roving] = useRoving(last.map((call) => call.entry.number));
  if (view.calls.length === 0) return html`<${Nothing}>No call yet.<//>`;
  return html`<div ...${roving}>
    ${showAll}
    <${ByAttempt} runs=${view.runs} items=${last} isLive=${isLive}>${(calls, run) => html`
      <div class="call-line call-names" aria-hidden="true">
        <span>At</span><span>Method</span><span>What</span><span>Answer</span><span class="number">Took</span>
      </div>
      <ol class="calls" aria-label="Slack calls by process ${run.process}">
        ${calls.map((call) => html`
          <${Call} key=${call.entry.number} call=${call} zero=${view.zero} isActive=${call.entry.number === active} />`)}
      </ol>`}<//>
  </div>`;
}

const Call = memo(({ call, zero, isActive }) => {
  const [isOpen, setOpen] = useState(false);
  return html`<li class="tone-${call.tone}"><details class="call" onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary class="call-line" data-row=${call.entry.number} tabindex=${isActive ? 0 : -1}>
      <span class="method">${call.method}</span>
      <span class="at"><span class="sr-only">at </span>${since(call.from - zero)}</span>
      <span class="what">${call.what}</span>
      <span class="verdict">${call.verdict}</span>
      <span class="number">${duration(call.to - call.from)}</span>
    </summary>
    ${isOpen && html`<div class="opened"><${CallDetails} call=${call} zero=${zero} /></div>`}
  </details></li>`;
});

/** What was asked, and what Slack answered. */
export function CallDetails({ call, zero }) {
  const { entry } = call;
  return html`<${Facts} facts=${[
      ["Answer", call.verdict],
      ["At", `${since(call.from - zero)} (${clock(call.from)})`],
      ["Took", duration(call.to - call.from)],
    ]} />
    <${JsonTree} name="arguments" value=${entry.arguments ?? {}} />
    ${entry.answer
      ? html`<${JsonTree} name="answer" value=${entry.answer} />`
      : html`<p class="note">There was no answer.</p>`}`;
}

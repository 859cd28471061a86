/** What the model was asked, what came back and how fast, request by request. */

import { html } from "../vendor/htm-preact.js";
import { atWork, ByAttempt, drawnUntil, quietFor } from "./attempts.js";
import { Sparkline } from "./charts.js";
import { JsonTree } from "./json-tree.js";
import { Figure } from "./figures.js";
import { Badge, Excerpt, Nothing, useNow, useTail } from "./parts.js";
import { rates } from "./rates.js";
import { count, counted, duration } from "./units.js";

export function Requests({ view, isLive }) {
  if (view.requests.length === 0) return html`<${Nothing}>The model has not been asked yet.<//>`;
  return html`<${ByAttempt} runs=${view.runs} items=${view.requests} isLive=${isLive}>
    ${(requests, run) => requests.map((request) => html`
      <${Request} key=${request.row.id} view=${view} run=${run} request=${request} isLive=${isLive}
        number=${view.requests.indexOf(request) + 1} />`)}
  <//>`;
}

function Request({ view, run, request, isLive, number }) {
  const id = `inspect-request-${number}`;
  const now = useNow(isLive && request.to === null, 250);
  const isQuiet = request.to === null && quietFor(run.to, now) > 0;
  const [tone, words] = stateOf(request, run, isLive, now);
  const tools = view.tools.filter((tool) => request.uses.includes(tool.asked));
  return html`<article class="card" aria-labelledby=${id}>
    <header class="card-head">
      <h3 id=${id}>Request ${number}</h3>
      <span class="mono">${request.model}</span>
      <${Badge} tone=${tone}>${words}<//>
    </header>
    <dl class="figures">
      ${figures(request, isQuiet ? run.to : now, isQuiet).map(([name, value]) => value && html`
        <${Figure} key=${name} name=${name}>${value}<//>`)}
    </dl>
    <${Stream} request=${request} now=${drawnUntil(run.to, now)} />
    ${request.broke && html`<p class="trouble">It broke off: ${request.broke}</p>`}
    ${request.uses.map((use) => html`<${JsonTree} key=${use.number} name="calls ${use.name}" value=${use.arguments ?? {}} />`)}
    ${tools.map(({ entry }) => html`<p key=${entry.number} class="note">
      ${entry.name}: ${entry.outcome} after ${duration(entry.seconds)}
    </p>`)}
    ${request.asked && html`<${Asked} asked=${request.asked} />`}
  </article>`;
}

/** Say how a request stands: [tone, words]. */
function stateOf({ to, outcome, cut, row, firstTextAt }, run, isLive, now) {
  const doing = firstTextAt === null ? "thinking" : "speaking";
  if (to !== null) return cut ? ["bad", outcome || "cut off"] : [row.tone, outcome || doing];
  return isLive ? atWork(doing, run.to, now) : ["calm", "not running"];
}

function figures(request, now, isQuiet) {
  const { called } = request;
  const cached = called ? called.cache_read_tokens + called.cache_write_tokens : 0;
  return [
    ["First text", request.firstTextAt === null ? "" : duration(request.firstTextAt - request.from)],
    [request.to !== null ? "Took" : isQuiet ? "At least" : "So far", duration((request.to ?? now) - request.from)],
    ["Characters", request.text ? count(request.text.length) : ""],
    ["Tokens", called ? `${count(called.input_tokens)} in, ${count(called.output_tokens)} out` : ""],
    ["Cache", cached ? `${count(called.cache_read_tokens)} read, ${count(called.cache_write_tokens)} written` : ""],
    ["Speed", speed(request)],
  ];
}

/** Tokens a second where the model told its tokens, else characters a second. */
function speed(request) {
  const end = request.to ?? request.rate.at(-1)?.at;
  const seconds = request.firstTextAt === null ? 0 : end - request.firstTextAt;
  if (seconds < 0.2) return "";
  const tokens = request.called?.output_tokens;
  const amount = Math.round((tokens || request.text.length) / seconds);
  return `${count(amount)} ${tokens ? "tokens" : "chars"}/s`;
}

/** The text as it came, and how fast it came. */
function Stream({ request, now }) {
  const tail = useTail(request.to === null);
  if (!request.text) return null;
  const { values, most } = rates(request, now);
  return html`<div class="stream">
    <p class="rate"><span>Characters a second</span><span>up to ${count(most)}</span></p>
    <${Sparkline} values=${values} />
    <div class="text" role="group" aria-label="What the model said" tabindex="0" ...${tail}>${request.text}</div>
  </div>`;
}

/** The request itself, closed until somebody wants to read it. */
function Asked({ asked }) {
  const messages = asked.messages ?? [];
  const tools = asked.tools ?? [];
  return html`
    <details class="part">
      <summary>System prompt <span class="part-size">${counted(asked.system.length, "character")}</span></summary>
      <${Excerpt} text=${asked.system} characters=${1200} label="system prompt" />
    </details>
    <details class="part">
      <summary>Messages <span class="part-size">${count(messages.length)}</span></summary>
      ${messages.map((message, index) => html`<div key=${index} class="said said-${message.role}">
        <h4>${message.role}</h4>
        ${(message.content ?? []).map((piece, at) => html`<${Piece} key=${at} piece=${piece} />`)}
      </div>`)}
    </details>
    <details class="part">
      <summary>Tools <span class="part-size">${count(tools.length)}</span></summary>
      ${tools.map((tool) => html`<div key=${tool.name} class="tool">
        <h4 class="mono">${tool.name}</h4>
        <p class="note">${tool.description}</p>
        <${JsonTree} name="arguments" value=${tool.schema ?? {}} open=${0} />
      </div>`)}
      ${tools.length === 0 && html`<p class="note">None.</p>`}
    </details>
    <p class="note">At most ${counted(asked.max_output_tokens, "token")} of answer.</p>`;
}

function Piece({ piece }) {
  if (piece.type === "tool_use") return html`<${JsonTree} name="calls ${piece.name}" value=${piece.arguments ?? {}} />`;
  const label = { reasoning: "Reasoning", tool_result: piece.failed ? "Result, failed" : "Result" }[piece.type];
  return html`${label && html`<p class="note">${label}</p>`}
    <${Excerpt} text=${piece.text ?? ""} tail=${160} label="message" />`;
}

/** What a row of the timeline opens to: what it is in a line or two, and the journal's own words. */

import { html } from "../vendor/htm-preact.js";
import { JsonTree } from "./json-tree.js";
import { Excerpt, Facts } from "./parts.js";
import { CallDetails } from "./slack-calls.js";
import { clock, counted, duration, since } from "./units.js";

const STAGES = "The status line that people see in Slack.";

/** Show one row. `onGo(tab)` opens another part of the inspector. */
export function About({ row, view, onGo }) {
  const when = [
    ["At", `${since(row.from - view.zero)} (${clock(row.from)})`],
    ["Took", row.to === null ? "under way" : row.to > row.from ? duration(row.to - row.from) : ""],
  ];
  switch (row.kind) {
    case "slack":
      return html`<${CallDetails} call=${row.about} zero=${view.zero} />`;
    case "model":
      return html`<${Facts} facts=${[...when, ...ofModel(row.about)]} />
        ${row.about.text && html`<${Excerpt} text=${row.about.text} label="model's text" />`}
        <${Go} to="model" onGo=${onGo}>Request and stream<//>`;
    case "search":
      return html`<${Facts} facts=${when} /><${Words} entry=${row.about} />
        ${row.about.event !== "thread_read" && html`<${Go} to="retrieval" onGo=${onGo}>Passages and scores<//>`}`;
    case "delivery":
      return html`<${Facts} facts=${when} />
        <p class="note">From the question to the worker's first word: Slack's event, the receiver, Lambda's start.</p>`;
    case "stage":
      return html`<${Facts} facts=${when} /><p class="note">${STAGES}</p><${Words} entry=${row.about} />`;
    default:
      return html`<${Facts} facts=${when} /><${Words} entry=${row.about} />`;
  }
}

function ofModel(request) {
  const { called } = request;
  const first = request.firstTextAt === null ? "" : duration(request.firstTextAt - request.from);
  return [
    ["First text after", first],
    ["Ended by", request.outcome || (request.cut ? "the end of its worker" : "")],
    ["Tokens", called ? `${counted(called.input_tokens, "token")} in, ${called.output_tokens} out` : ""],
    ["Broke", request.broke],
  ];
}

/** What the journal said, without what every entry has. */
function Words({ entry }) {
  const { number, turn, at, process, seconds, event, ...fields } = entry;
  return html`<${JsonTree} name=${event} value=${fields} />`;
}

function Go({ to, onGo, children }) {
  return html`<button type="button" class="plain-link" onClick=${() => onGo(to)}>${children}</button>`;
}

/** What was looked for, what was found and how well it fits. */

import { html } from "../vendor/htm-preact.js";
import { ByAttempt } from "./attempts.js";
import { Score } from "./charts.js";
import { Badge, Excerpt, Facts, Nothing } from "./parts.js";
import { counted, duration } from "./units.js";

export function Retrieval({ view, isLive }) {
  if (view.searches.length === 0) return html`<${Nothing}>Nothing has been looked up.<//>`;
  const each = ({ kind, entry }) => (kind === "retrieved"
    ? html`<${Kept} key=${entry.number} entry=${entry} />`
    : html`<${Search} key=${entry.number} entry=${entry} reranked=${kind === "reranked"} />`);
  return html`<${ByAttempt} runs=${view.runs} items=${view.searches} isLive=${isLive}>
    ${(searches) => searches.map(each)}
  <//>`;
}

function Search({ entry, reranked }) {
  const id = `inspect-search-${entry.number}`;
  const passages = entry.passages ?? [];
  const highest = Math.max(1e-9, ...passages.map((passage) => passage.score ?? 0));
  const base = highest <= 1 ? 1 : highest; // most scores are parts of 1
  return html`<article class="card" aria-labelledby=${id}>
    <header class="card-head">
      <h3 id=${id}>${reranked ? "Reranked" : shortened(entry.knowledge_base)}</h3>
      <${Badge} tone=${entry.error ? "bad" : "ok"}>${entry.error ? "failed" : counted(passages.length, "passage")}<//>
    </header>
    <${Facts} facts=${[["Query", entry.query], ["Took", duration(entry.seconds)], ["Failed by", entry.error]]} />
    <ol class="passages">
      ${passages.map((passage, index) => html`<${Passage} key=${index} number=${index + 1} passage=${passage} base=${base} />`)}
    </ol>
  </article>`;
}

function Passage({ number, passage, base }) {
  const score = passage.score ?? 0;
  return html`<li class="passage">
    <div class="passage-head">
      <span class="passage-number" aria-hidden="true">${number}</span>
      <span class="passage-title">${passage.title || "Untitled"}</span>
      <${Score} part=${score / base} />
      <span class="passage-score"><span class="sr-only">score </span>${score.toFixed(base > 10 ? 1 : 3)}</span>
    </div>
    ${passage.location && html`<div class="passage-location mono">${passage.location}</div>`}
    <${Excerpt} text=${passage.text ?? ""} characters=${160} label="passage" />
  </li>`;
}

/** What came of all searches together: what the model was given. */
function Kept({ entry }) {
  const scores = entry.scores ?? [];
  const range = scores.length > 1 ? `, scores ${Math.max(...scores).toFixed(3)} to ${Math.min(...scores).toFixed(3)}` : "";
  return html`<div class="card card-sum">
    <${Facts} facts=${[
      ["Given to the model", `${counted(entry.passages, "passage")}${range}`],
      ["Asked", counted(entry.knowledge_bases, "knowledge base")],
      ["Failed", entry.failed ? counted(entry.failed, "knowledge base") : ""],
      ["Took", duration(entry.seconds)],
    ]} />
  </div>`;
}

/** A folder is called by its name, whatever leads to it. */
function shortened(base) {
  return base?.split("/").filter(Boolean).at(-1) || "Knowledge base";
}

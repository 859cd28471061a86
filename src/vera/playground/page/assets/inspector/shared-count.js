/** What the count that all workers of the workspace share was asked for this turn, and said. */

import { html } from "../vendor/htm-preact.js";
import { useLast } from "./parts.js";
import { countOf } from "./streaming.js";
import { duration, since } from "./units.js";

const MOST_ROWS = 100;

export function SharedCount({ view }) {
  const [last, showAll] = useLast(view.tally, MOST_ROWS, "call");
  if (view.tally.length === 0) return null;
  return html`<h3 class="part-name">Shared count</h3>
    ${showAll}
    <table class="table tally">
      <caption class="sr-only">Calls of the workspace's shared count</caption>
      <thead><tr>
        <th scope="col">At</th><th scope="col">Asked</th><th scope="col">Write</th><th scope="col">Said</th>
        <th scope="col" class="number">Among</th><th scope="col" class="number">Took</th>
      </tr></thead>
      <tbody>${last.map((call) => html`<${Call} key=${call.entry.number} call=${call} zero=${view.zero} />`)}</tbody>
    </table>`;
}

function Call({ call: { entry, from }, zero }) {
  const [asked, said, tone] = countOf(entry, zero);
  return html`<tr class="tone-${tone}">
    <td class="number">${since(from - zero)}</td>
    <td>${asked}</td>
    <td>${entry.write}</td>
    <td class="what"><span class="verdict">${said}</span></td>
    <td class="number">${entry.running ?? ""}</td>
    <td class="number">${duration(entry.seconds)}</td>
  </tr>`;
}

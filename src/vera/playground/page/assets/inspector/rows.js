/**
 * The lines of the timeline.
 *
 * @typedef {object} Row        one line of the timeline; `to` is null while it lasts, `edition` grows when it changes
 * @property {number} id
 * @property {"delivery"|"stage"|"slack"|"search"|"model"|"tool"|"ledger"|"turn"} kind
 * @property {string} name
 * @property {string} detail
 * @property {number} from
 * @property {number|null} to
 * @property {"ok"|"warn"|"bad"} tone
 * @property {number|null} mark  where the first text came, in a model's row
 * @property {boolean} cut      whether its worker ended before it did
 * @property {object} about      the entry, or what the reduction made of several
 */

/** Return a line that nothing has happened to. */
export function newRow(view, { kind, name, detail = "", from, to = null, tone = "ok", about }) {
  const id = view.rows;
  view.rows += 1;
  return { id, kind, name, detail, from, to, tone, mark: null, cut: false, about, edition: 0 };
}

/** Add a line to a run's timeline. */
export function addRow(view, run, fields) {
  const row = newRow(view, fields);
  run.rows.push(row);
  return row;
}

/** Change a line, so that it is drawn anew. */
export function changeRow(row, fields) {
  Object.assign(row, fields);
  row.edition += 1;
}

/** Return the fields of a line for something that has no length. */
export function moment(name, detail, tone, entry) {
  return { kind: "turn", name, detail, from: entry.at, to: entry.at, tone, about: entry };
}

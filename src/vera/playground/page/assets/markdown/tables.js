/**
 * Tables of Markdown: a row of names, a row of dashes, and the rows down to a line that is no row.
 */

const DELIMITER = /^:?-+:?$/;

/** The columns' alignments ("left", "center", "right" or "") where a table begins with this line, or null. */
export function delimitersOf(lines, at) {
  const [names, dashes] = [lines[at], lines[at + 1]];
  if (!names.includes("|") || !dashes?.includes("-") || !/^[\s|:-]*$/.test(dashes)) return null;
  const cells = cellsOf(dashes);
  if (!cells.every((cell) => DELIMITER.test(cell)) || cells.length !== cellsOf(names).length) return null;
  return cells.map(alignOf);
}

function alignOf(dashes) {
  const [starts, ends] = [dashes.startsWith(":"), dashes.endsWith(":")];
  if (ends) return starts ? "center" : "right";
  return starts ? "left" : "";
}

/** The table that begins with a line: `{head, rows, end}`; cells are `{text, align}`, and none more than names. */
export function tableOf(lines, at, beginsBlock) {
  const aligns = delimitersOf(lines, at);
  const row = (line) => cellsOf(line).slice(0, aligns.length).map((text, column) => ({ text, align: aligns[column] }));
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|") && !beginsBlock(lines, end)) end += 1;
  return { head: row(lines[at]), rows: lines.slice(at + 2, end).map(row), end };
}

/** What stands between the bars of a row: one that is escaped is part of its cell. */
function cellsOf(line) {
  const row = line.trim().replace(/^\|/, "");
  const cells = [""];
  for (let at = 0; at < row.length; at += 1) {
    if (row[at] === "\\" && row[at + 1] === "|") {
      cells[cells.length - 1] += "|";
      at += 1;
    } else if (row[at] === "|") {
      cells.push("");
    } else {
      cells[cells.length - 1] += row[at];
    }
  }
  if (cells.length > 1 && cells.at(-1).trim() === "") cells.pop();
  return cells.map((each) => each.trim());
}

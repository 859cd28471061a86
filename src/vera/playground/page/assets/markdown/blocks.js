/**
 * A text of Markdown as blocks: paragraphs, headings, lists, quotes, code, tables, rules; and beneath it Vera's footer.
 *
 * As models write it and people read it, rather than by CommonMark's every rule: no line is code for being indented,
 * none is a heading for what is under it, none belongs to a quote without a `>`, and a list may be nested by two spaces.
 * What stands in more than `MOST_DEPTH` lists and quotes is text, so any text takes linear time.
 */
import { tokensIn } from "../mrkdwn/tokens.js";
import { spansOf } from "./spans.js";
import { delimitersOf, tableOf } from "./tables.js";

const FOOTER = "\u2063";
const MARKS = /[\u2061\u2062\u2064]/g;
const MOST_DEPTH = 10;
const FENCE = /^(`{3,})[^`]*$|^(~{3,})/;
const HEADING = /^(#{1,6})(?:[ \t]|$)/;
const RULE = /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const ITEM = /^([-*+]|\d{1,9}[.)])(?:[ \t]|$)/;
const TASK = /^\[([ xX])\](?=[ \t])/;
const TASK_BOXES = { " ": "\u2610", x: "\u2611", X: "\u2611" };
const CODE_INDENT = 4;

/**
 * @typedef {{type: "text"|"heading"|"fence", children: object[], level?: number}
 *   | {type: "quote", blocks: Block[]} | {type: "list", start: number|null, items: Block[][]} | {type: "rule"}
 *   | {type: "table", head: object[], rows: object[][]}} Block
 * @returns {{blocks: Block[], footer: {source: boolean, children: object[]}[]}}
 */
export function parse(text) {
  const whole = (text ?? "").replace(/\r\n?/g, "\n").replace(MARKS, "");
  const cut = whole.indexOf(FOOTER);
  const said = cut < 0 ? whole : whole.slice(0, cut);
  const beneath = cut < 0 ? "" : whole.slice(cut + 1).replaceAll(FOOTER, "");
  const lines = beneath.split("\n").map((line) => line.trim()).filter(Boolean);
  return { blocks: blocksOf(said.split("\n"), 0), footer: lines.map(footerLine) };
}

function footerLine(line) {
  return { source: /^\[\d+\]/.test(line), children: spansOf(line) };
}

/** Read line by line: each block says with which line the next one begins. */
function blocksOf(lines, depth) {
  const blocks = [];
  let at = 0;
  while (at < lines.length) {
    if (isBlank(lines[at])) {
      at += 1;
      continue;
    }
    const read = READERS.find((reader) => reader.begins(lines, at, depth)) ?? PARAGRAPH;
    const { block, end } = read.take(lines, at, depth);
    blocks.push(block);
    at = end;
  }
  return blocks;
}

const READERS = [
  { begins: (lines, at) => FENCE.test(lines[at].trim()), take: takeFence },
  { begins: (lines, at) => HEADING.test(lines[at].trim()), take: takeHeading },
  { begins: (lines, at) => RULE.test(lines[at].trim()), take: (_, at) => ({ block: { type: "rule" }, end: at + 1 }) },
  { begins: (lines, at, depth) => depth < MOST_DEPTH && isQuote(lines[at]), take: takeQuote },
  { begins: (lines, at, depth) => depth < MOST_DEPTH && itemOf(lines[at]) !== null, take: takeList },
  { begins: (lines, at) => delimitersOf(lines, at) !== null, take: takeTable },
];
const PARAGRAPH = { take: takeParagraph };

/** Code up to the line that closes it, or to the end: it may still be written. */
function takeFence(lines, at) {
  const [fence] = /^(?:`+|~+)/.exec(lines[at].trim());
  const indent = indentOf(lines[at]);
  const isEnd = (line) => line.trim().startsWith(fence) && line.trim().replaceAll(fence[0], "") === "";
  let end = at + 1;
  while (end < lines.length && !isEnd(lines[end])) end += 1;
  const code = lines.slice(at + 1, end).map((line) => outdented(line, indent)).join("\n");
  return { block: { type: "fence", children: tokensIn(code) }, end: end + 1 };
}

function takeHeading(lines, at) {
  const line = lines[at].trim();
  const level = HEADING.exec(line)[1].length;
  const words = line.slice(level).trim();
  const bare = words.replace(/#+$/, "");
  const isClosed = bare !== words && (bare === "" || /[ \t]$/.test(bare));
  return { block: { type: "heading", level, children: spansOf((isClosed ? bare : words).trim()) }, end: at + 1 };
}

function takeQuote(lines, at, depth) {
  let end = at;
  while (end < lines.length && isQuote(lines[end])) end += 1;
  const inside = lines.slice(at, end).map((line) => line.trimStart().slice(1).replace(/^ /, ""));
  return { block: { type: "quote", blocks: blocksOf(inside, depth + 1) }, end };
}

/** Items of one kind, whatever blank lines are between them. */
function takeList(lines, at, depth) {
  const first = itemOf(lines[at]);
  const items = [];
  let end = at;
  for (let item = first; item && isSameKind(item, first); item = end < lines.length ? itemOf(lines[end]) : null) {
    const taken = itemLines(lines, end, item);
    items.push(blocksOf(withTask(taken.lines), depth + 1));
    end = taken.end;
    const next = afterBlanks(lines, end);
    if (next < lines.length && itemOf(lines[next]) && isSameKind(itemOf(lines[next]), first)) end = next;
  }
  return { block: { type: "list", start: first.number, items }, end };
}

/** The lines of an item without its margin: those that are indented, and the rest of its first paragraph. */
function itemLines(lines, at, { indent, content, words }) {
  const own = [];
  let end = at + 1;
  let isOpen = words !== "" && !beginsBlock([words], 0); // whether a line without a margin goes on with it
  let margin = content;
  while (end < lines.length) {
    const next = afterBlanks(lines, end);
    if (next >= lines.length) break;
    const isInside = indentOf(lines[next]) >= Math.min(content, indent + 2);
    if (!isInside && (next > end || !isOpen || itemOf(lines[next]) || beginsBlock(lines, next))) break;
    for (; end < next; end += 1) own.push("");
    if (isInside) margin = Math.min(margin, indentOf(lines[next]));
    isOpen = isInside ? !beginsBlock(lines, next) || itemOf(lines[next]) !== null : isOpen;
    own.push(lines[next]);
    end = next + 1;
  }
  return { lines: [words, ...own.map((line) => outdented(line, margin))], end };
}

function withTask([first, ...rest]) {
  return [first.replace(TASK, (_, done) => TASK_BOXES[done]), ...rest];
}

function takeTable(lines, at) {
  const { head, rows, end } = tableOf(lines, at, beginsBlock);
  return { block: { type: "table", head: head.map(cell), rows: rows.map((row) => row.map(cell)) }, end };
}

const cell = ({ text, align }) => ({ align, children: spansOf(text) });

function takeParagraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && !isBlank(lines[end]) && !beginsBlock(lines, end)) end += 1;
  const text = lines.slice(at, end).map((line) => line.trim()).join("\n");
  return { block: { type: "text", children: spansOf(text) }, end };
}

/** Whether a line ends the paragraph before it. A number does only where a list would begin. */
function beginsBlock(lines, at) {
  const line = lines[at].trim();
  if (FENCE.test(line) || HEADING.test(line) || RULE.test(line) || isQuote(line)) return true;
  const item = itemOf(line);
  return item !== null ? item.words !== "" && (item.number ?? 1) === 1 : delimitersOf(lines, at) !== null;
}

const isQuote = (line) => line.trimStart().startsWith(">");
const isBlank = (line) => !/\S/.test(line);
const isSameKind = (one, other) => (one.number === null) === (other.number === null);

function afterBlanks(lines, from) {
  let at = from;
  while (at < lines.length && isBlank(lines[at])) at += 1;
  return at;
}

/** What a line says as an item of a list: `{number, words, indent, content}` (two columns), or null. */
function itemOf(line) {
  const said = line.trimStart();
  const mark = RULE.test(said.trimEnd()) ? null : ITEM.exec(said)?.[1];
  if (!mark) return null;
  const indent = indentOf(line);
  const after = said.slice(mark.length);
  const gap = Math.max(1, Math.min(indentOf(after), CODE_INDENT));
  const number = /^\d/.test(mark) ? Number.parseInt(mark, 10) : null;
  return { number, words: after.trimStart(), indent, content: indent + mark.length + gap };
}

/** How many columns a line is indented by. */
function indentOf(line) {
  let columns = 0;
  for (const char of line) {
    if (char === " ") columns += 1;
    else if (char === "\t") columns += CODE_INDENT - (columns % CODE_INDENT);
    else return columns;
  }
  return columns;
}

/** The line without so many columns of its margin. */
function outdented(line, columns) {
  let at = 0;
  let gone = 0;
  while (gone < columns && (line[at] === " " || line[at] === "\t")) {
    gone += line[at] === " " ? 1 : CODE_INDENT - (gone % CODE_INDENT);
    at += 1;
  }
  return " ".repeat(Math.max(0, gone - columns)) + line.slice(at);
}

/**
 * The inside of a paragraph of Markdown: emphasis, code, links, pictures as links, and what is Slack's own (mentions,
 * emoji, bare addresses). The nodes are those of mrkdwn.
 *
 * Emphasis goes by CommonMark's rules. Slack's tokens and entities live in it as they do in mrkdwn, in code too. Every
 * reader takes what begins at its place or says how far to go on, and looks ahead no further than a bounded way, so any
 * text takes linear time.
 */
import { after, before, readEmoji, readToken, readUrl } from "../mrkdwn/spans.js";
import { joined, linkNode, tokensIn, visible } from "../mrkdwn/tokens.js";

const SPECIAL = /[\\`*_~[\]!<:]|https?:\/\//gi;
const PUNCTUATION = /[!-/:-@[-`{-~]/;
const SIGN = /[\p{P}\p{S}]/u;
const SPACE = /\s/;
const URL_RUN = /https?:\/\/(?:[^\s<>&|`[\]\\\u200b\u2060-\u2064]|&(?!lt;|gt;))*/iy;
const MARKS = /\*+|_+|~+/y;
const BACKTICKS = /`+/y;
const NAMES = { "*": ["italic", "bold"], _: ["italic", "bold"], "~": ["", "strike"] };
const CLOSING = { '"': '"', "'": "'", "(": ")" };
const LONGEST_ADDRESS = 2000;
const MOST_BRACKETS = 32; // in an address, and spaces around it
const MOST_DEPTH = 24; // of emphasis in emphasis; what is deeper is no further emphasised

/** @returns {import("../mrkdwn/spans.js").Node[]} the nodes of a text of one or more lines */
export function spansOf(text) {
  const page = { text, items: [], brackets: [], backticks: null };
  let from = 0;
  let at = 0;
  for (;;) {
    SPECIAL.lastIndex = at;
    const special = SPECIAL.exec(text);
    if (!special) break;
    const { items, end, ...link } = (READERS[special[0]] ?? readAddress)(page, special.index);
    if (items) {
      if (from < special.index) page.items.push({ type: "text", text: visible(text.slice(from, special.index)) });
      if (link.closes) closeLink(page, link.closes);
      if (link.opens) page.brackets.push({ ...link.opens, place: page.items.length, isDead: false });
      page.items.push(...items);
      from = end;
    }
    at = end;
  }
  if (from < text.length) page.items.push({ type: "text", text: visible(text.slice(from)) });
  return nested(page.items);
}

const READERS = {
  "\\": readEscape,
  "`": readCode,
  "*": readMarks,
  _: readMarks,
  "~": readMarks,
  "[": readOpeningBracket,
  "!": ({ text }, at) => (text[at + 1] === "[" ? readOpeningBracket({ text }, at) : { end: at + 1 }),
  "]": readClosingBracket,
  "<": ({ text }, at) => readToken(text, at),
  ":": ({ text }, at) => readEmoji(text, at),
};

function readAddress({ text }, at) {
  return readUrl(text, at, URL_RUN);
}

/** A sign that is only itself; at the end of a line, a break that is there anyway. */
function readEscape({ text }, at) {
  const next = text[at + 1] ?? "";
  if (next === "\n") return { items: [], end: at + 1 };
  if (!PUNCTUATION.test(next)) return { end: at + 1 };
  return { items: [{ type: "text", text: next }], end: at + 2 };
}

/** Code, between runs of backticks that are as long as each other. */
function readCode(page, at) {
  page.backticks ??= runsOf(page.text);
  BACKTICKS.lastIndex = at;
  const size = BACKTICKS.exec(page.text)[0].length;
  const runs = page.backticks.get(size) ?? { places: [], next: 0 };
  while (runs.places[runs.next] <= at) runs.next += 1;
  const close = runs.places[runs.next];
  if (close === undefined) return { end: at + size };
  const inside = page.text.slice(at + size, close).replaceAll("\n", " ");
  const isPadded = inside.startsWith(" ") && inside.endsWith(" ") && inside.trim() !== "";
  const code = isPadded ? inside.slice(1, -1) : inside;
  return { items: [{ type: "code", children: tokensIn(code) }], end: close + size };
}

/** Where runs of backticks are, by their length; and which of them is looked at next. */
function runsOf(text) {
  const runs = new Map();
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    if (!runs.has(run.length)) runs.set(run.length, { places: [], next: 0 });
    runs.get(run.length).places.push(index);
  }
  return runs;
}

/** A run of marks: it may open or close emphasis, or be itself. */
function readMarks({ text }, at) {
  MARKS.lastIndex = at;
  const [run] = MARKS.exec(text);
  const end = at + run.length;
  const [left, right] = [before(text, at), after(text, end)];
  const opening = !isSpace(right) && (!SIGN.test(right) || isSpace(left) || SIGN.test(left));
  const closing = !isSpace(left) && (!SIGN.test(left) || isSpace(right) || SIGN.test(right));
  const isWordy = run[0] === "_";
  const opens = opening && (!isWordy || !closing || SIGN.test(left));
  const closes = closing && (!isWordy || !opening || SIGN.test(right));
  if ((!opens && !closes) || (run[0] === "~" && run.length !== 2)) return { end };
  const mark = { char: run[0], size: run.length, left: run.length, opens, closes, ends: [], begins: [] };
  return { items: [{ type: "mark", ...mark }], end };
}

const isSpace = (char) => char === "" || SPACE.test(char);

/** The beginning of what may become a link's label, or a picture's. */
function readOpeningBracket({ text }, at) {
  const isPicture = text[at] === "!";
  const end = at + (isPicture ? 2 : 1);
  return { items: [{ type: "text", text: text.slice(at, end) }], end, opens: { isPicture } };
}

/** The end of a label, if an address follows that may be linked to. */
function readClosingBracket({ text, brackets }, at) {
  const bracket = brackets.pop();
  const found = bracket && !bracket.isDead && text[at + 1] === "(" ? readDestination(text, at + 2) : null;
  const link = found && linkNode(found.address);
  return link ? { items: [], end: found.end, closes: { bracket, link } } : { end: at + 1 };
}

/** An address and, after it, a title that nobody sees, up to the bracket that closes both. */
function readDestination(text, from) {
  let at = skipSpace(text, from);
  const begin = at;
  const isEnclosed = text[at] === "<";
  let open = 0;
  for (at += isEnclosed ? 1 : 0; at < text.length && at - begin < LONGEST_ADDRESS; at += 1) {
    const char = text[at];
    if (char === "\n" || (isEnclosed ? char === "<" || char === ">" : SPACE.test(char))) break;
    if (char === "\\" && PUNCTUATION.test(text[at + 1] ?? "")) at += 1;
    else if (!isEnclosed && char === "(" && (open += 1) > MOST_BRACKETS) return null;
    else if (!isEnclosed && char === ")" && (open -= 1) < 0) break;
  }
  if (isEnclosed && text[at] !== ">") return null;
  const written = isEnclosed ? text.slice(begin + 1, at) : text.slice(begin, at);
  const end = endOfTitle(text, skipSpace(text, isEnclosed ? at + 1 : at));
  return end < 0 ? null : { address: written.replace(/\\([!-/:-@[-`{-~])/g, "$1"), end };
}

/** The place after the bracket that closes, past a title if there is one; less than 0 where it doesn't. */
function endOfTitle(text, at) {
  const close = CLOSING[text[at]];
  if (!close) return text[at] === ")" ? at + 1 : -1;
  const end = text.slice(at + 1, at + 1 + LONGEST_ADDRESS).indexOf(close);
  const after = end < 0 ? -1 : skipSpace(text, at + end + 2);
  return text[after] === ")" ? after + 1 : -1;
}

function skipSpace(text, from) {
  let at = from;
  while (at - from < MOST_BRACKETS && SPACE.test(text[at] ?? "x")) at += 1;
  return at;
}

/** Make a link of all since its label began; no link is in another. */
function closeLink({ items, brackets }, { bracket, link }) {
  const label = nested(items.splice(bracket.place).slice(1));
  items.push({ ...link, children: label.length > 0 ? unlinked(label) : link.children });
  if (!bracket.isPicture) for (const outer of brackets) outer.isDead ||= !outer.isPicture;
}

function unlinked(nodes) {
  const bare = ({ children, ...node }) => (children ? { ...node, children: unlinked(children) } : node);
  return joined(nodes.flatMap((node) => (node.type === "link" ? unlinked(node.children) : [bare(node)])));
}

/** Pair the marks among these items, and nest what is between them. */
function nested(items) {
  pair(items.filter(({ type }) => type === "mark"));
  const root = { children: [] };
  const open = [root];
  for (const item of items) {
    if (item.type !== "mark") {
      open.at(-1).children.push(item);
      continue;
    }
    for (let count = item.ends.length; count > 0; count -= 1) {
      const node = open.pop();
      node.children = joined(node.children);
    }
    if (item.left > 0) open.at(-1).children.push({ type: "text", text: item.char.repeat(item.left) });
    for (const type of item.begins.toReversed()) open.push(begun(open.at(-1), type, open.length));
  }
  return joined(root.children);
}

function begun(parent, type, depth) {
  if (depth > MOST_DEPTH) return { children: parent.children };
  const node = { type, children: [] };
  parent.children.push(node);
  return node;
}

/**
 * CommonMark's way: each mark that closes takes the nearest that opens, two signs of both where there are two. Below
 * which nothing fits a kind of closing mark is remembered, so nothing is looked through twice.
 */
function pair(marks) {
  const open = [];
  const floors = new Map();
  marks.forEach((mark, id) => {
    while (mark.closes && mark.left > 0) {
      const kind = `${mark.char}${mark.opens}${mark.size % 3}`;
      const floor = floors.get(kind) ?? -1;
      let place = open.length - 1;
      while (place >= 0 && open[place].id > floor && !fit(open[place].mark, mark)) place -= 1;
      if (place < 0 || open[place].id <= floor) {
        floors.set(kind, open.at(-1)?.id ?? -1);
        break;
      }
      take(open[place].mark, mark);
      open.length = open[place].mark.left > 0 ? place + 1 : place;
    }
    if (mark.opens && mark.left > 0) open.push({ mark, id });
  });
}

function fit(opening, closing) {
  if (opening.char !== closing.char) return false;
  const isBoth = opening.closes || closing.opens;
  return !isBoth || (opening.size + closing.size) % 3 !== 0 || (opening.size % 3 === 0 && closing.size % 3 === 0);
}

function take(opening, closing) {
  const size = Math.min(2, opening.left, closing.left);
  const name = NAMES[opening.char][size - 1];
  opening.left -= size;
  closing.left -= size;
  opening.begins.push(name);
  closing.ends.push(name);
}

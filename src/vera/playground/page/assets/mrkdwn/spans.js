/**
 * The inside of a line: bold, italics, strikethrough, code, links, mentions, emoji.
 *
 * A mark opens before something and after no letter or digit, and closes after something and before none; `**` is no
 * mark, nor is one between two word joiners (U+2060), which is how Vera writes a star that is a star. Marks end with
 * their line. Every reader below either takes what begins at its place, or says how far to go on: nothing is read
 * twice, so any text takes linear time.
 */
import { emojiOf } from "../emoji.js";
import { joined, linkNode, tokenNode, tokensIn, visible } from "./tokens.js";

const SPECIAL = /[<`:*_~]|https?:\/\//gi;
const TOKEN = /<([^<>]*)>/y;
const EMOJI = /:([a-z0-9_+-]{1,80})(::skin-tone-[2-6])?:/y;
const URL_RUN = /https?:\/\/(?:[^\s<>&|`\u200b\u2060\u2063]|&(?!lt;|gt;))*/iy;
const MARKS = /[*_~]+/y;
const KINDS = { "*": "bold", _: "italic", "~": "strike" };
const PAIRS = { ")": "(", "]": "[", "}": "{" };
const ENDS_A_SENTENCE = new Set(".,;:!?'\"*_~");
const WORD_JOINER = "\u2060";
const LETTER = /[\p{L}\p{N}]/u;
const SPACE = /[\s\u001c-\u001f\u0085]/;
// In `a:b:c` and `10:100:20` nobody means an emoji.
const TERSE = /^(?:[a-z]{1,2}|\d+)$/;

/**
 * @typedef {{type: string, text?: string, children?: Node[], url?: string, host?: string, id?: string, label?: string,
 *   range?: string, name?: string, char?: string}} Node
 */

/** The nodes of one line. @returns {Node[]} */
export function spansOf(line) {
  const items = [];
  let from = 0;
  let at = 0;
  for (;;) {
    SPECIAL.lastIndex = at;
    const special = SPECIAL.exec(line);
    if (!special) break;
    const { items: found, end } = (READERS[special[0]] ?? readUrl)(line, special.index);
    if (found) {
      if (from < special.index) items.push(textOf(line.slice(from, special.index)));
      items.push(...found);
      from = end;
    }
    at = end;
  }
  if (items.length === 0) return joined([textOf(line)]);
  if (from < line.length) items.push(textOf(line.slice(from)));
  pair(items);
  return tree(items, 0, items.length);
}

const READERS = { "<": readToken, "`": readCode, ":": readEmoji, "*": readMarks, _: readMarks, "~": readMarks };

/** A link, a mention or the like between `<` and `>`: `{items, end}`, or only how far to go on where it is none. */
export function readToken(line, at) {
  const [whole, inside] = matched(TOKEN, line, at) ?? [];
  const node = whole && tokenNode(inside);
  if (!node) return { end: at + 1 };
  const children = node.type === "link" && node.children.flatMap(({ text }) => withEmoji(text));
  return { items: [children ? { ...node, children } : node], end: at + whole.length };
}

/** Code is on one line, and no letter touches it. Tokens are live in it, as they are in Slack. */
function readCode(line, at) {
  const close = line.indexOf("`", at + 1);
  const inside = line.slice(at + 1, Math.max(close, at + 1));
  const alone = !touches(before(line, at)) && !touches(after(line, close + 1));
  if (!inside.trim() || !alone) return { end: at + 1 };
  return { items: [{ type: "code", children: tokensIn(inside) }], end: close + 1 };
}

function touches(char) {
  return char === "`" || LETTER.test(char);
}

/** An emoji by its name between colons. */
export function readEmoji(line, at) {
  const [whole, name, tone = ""] = matched(EMOJI, line, at) ?? [];
  if (!name) return { end: at + 1 };
  const end = at + whole.length;
  if (TERSE.test(name) && (LETTER.test(before(line, at)) || LETTER.test(after(line, end)))) return { end: at + 1 };
  const toned = emojiOf(name + tone);
  const char = toned ?? emojiOf(name);
  if (!char) return { end: at + 1 };
  const node = { type: "emoji", name: toned ? name + tone : name, char };
  return { items: [node], end: toned ? end : at + name.length + 2 };
}

/** A bare address is a link, up to what ends the sentence around it. `runs` is what it may be of at most. */
export function readUrl(line, at, runs = URL_RUN) {
  const [run] = matched(runs, line, at);
  const end = at + lengthOfUrl(run);
  const node = LETTER.test(before(line, at)) ? null : linkNode(line.slice(at, end));
  return node ? { items: [node], end } : { end };
}

/** How much of a run of characters is the address: a bracket that ends it is part of it, if one in it opens. */
function lengthOfUrl(run) {
  const unopened = {};
  for (const close in PAIRS) unopened[close] = count(run, close) - count(run, PAIRS[close]);
  let end = run.length;
  while (end > 0) {
    const last = run[end - 1];
    const cut = last in PAIRS ? unopened[last] > 0 : ENDS_A_SENTENCE.has(last);
    if (!cut || (last === ";" && run.endsWith("&amp;", end))) break;
    unopened[last] -= 1;
    end -= 1;
  }
  return Math.max(end, "http://".length);
}

function count(text, char) {
  return text.split(char).length - 1;
}

/** A run of marks: each an item of its own, which may open, close, or be itself. */
function readMarks(line, at) {
  const [run] = matched(MARKS, line, at);
  const end = at + run.length;
  const [left, right] = [before(line, at), after(line, end)];
  const opens = left !== WORD_JOINER && !LETTER.test(left) && right !== "" && !SPACE.test(right);
  const closes = right !== WORD_JOINER && !LETTER.test(right) && left !== "" && !SPACE.test(left);
  if (!opens && !closes) return { end };
  const items = [];
  for (let n = 0; n < run.length; n += 1) {
    const text = run[n];
    const doubled = text === run[n - 1] || text === run[n + 1];
    items.push(doubled ? { type: "text", text } : { type: "mark", text, run: at, opens, closes, end: 0 });
  }
  return { items, end };
}

/** Give each mark that something closes its `end`: the place of the mark that does. At most one of a kind is open. */
function pair(items) {
  const open = { "*": -1, _: -1, "~": -1 };
  for (let place = 0; place < items.length; place += 1) {
    const item = items[place];
    if (item.type !== "mark") continue;
    const other = open[item.text];
    if (other >= 0 && item.closes && items[other].run !== item.run) {
      items[other].end = place;
      for (const mark in open) if (open[mark] >= other) open[mark] = -1;
    } else if (item.opens) {
      open[item.text] = place;
    }
  }
}

/** Nest what is between marks; a mark without its other end is text. */
function tree(items, start, end) {
  const nodes = [];
  for (let at = start; at < end; at += 1) {
    const item = items[at];
    if (item.type !== "mark") {
      nodes.push(item);
    } else if (item.end) {
      nodes.push({ type: KINDS[item.text], children: tree(items, at + 1, item.end) });
      at = item.end;
    } else {
      nodes.push({ type: "text", text: item.text });
    }
  }
  return joined(nodes);
}

/** A label's text and emoji: Slack knows no other markup there. */
function withEmoji(text) {
  const nodes = [];
  let from = 0;
  let at = text.indexOf(":");
  while (at >= 0) {
    const { items, end } = readEmoji(text, at);
    if (items) {
      nodes.push({ type: "text", text: text.slice(from, at) }, ...items);
      from = end;
    }
    at = text.indexOf(":", end);
  }
  return joined([...nodes, { type: "text", text: text.slice(from) }]);
}

function textOf(raw) {
  return { type: "text", text: visible(raw) };
}

function matched(pattern, line, at) {
  pattern.lastIndex = at;
  return pattern.exec(line);
}

/** The character before a place, whole; empty at the beginning. */
export function before(line, at) {
  const char = line.slice(Math.max(0, at - 2), at);
  return char.length === 2 && char.codePointAt(0) < 0x10000 ? char[1] : char;
}

/** The character at a place, whole; empty at the end. */
export function after(line, at) {
  return at < line.length ? String.fromCodePoint(line.codePointAt(at)) : "";
}

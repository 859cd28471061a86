/**
 * A message's text as blocks: running text, quotes, code; and beneath it Vera's footer.
 *
 * Slack quotes a line that begins with `>`, also an escaped one, and all that follows after `>>>`; a block of code
 * stands by itself wherever it begins. Blank lines around blocks go (the style sheet parts them), those within stay.
 */
import { spansOf } from "./spans.js";
import { joined, tokensIn } from "./tokens.js";

const FENCE = "```";
const FOOTER = "\u2063";
const QUOTE = /^(?:>|&gt;|\uff1e) ?/;
const ALL_QUOTED = /^(?:>|&gt;){3} ?/;

/**
 * @typedef {{type: "text"|"quote"|"fence", children: import("./spans.js").Node[]}} Block
 * @returns {{type: "message", blocks: Block[], footer: {type: "line", source: boolean, children: object[]}[]}}
 */
export function parse(text) {
  const whole = (text ?? "").replace(/\r\n?/g, "\n");
  const cut = whole.indexOf(FOOTER);
  const said = cut < 0 ? whole : whole.slice(0, cut);
  const beneath = cut < 0 ? "" : whole.slice(cut + 1).replaceAll(FOOTER, "");
  return { type: "message", blocks: blocksOf(said), footer: beneath.split("\n").filter(notBlank).map(footerLine) };
}

function footerLine(line) {
  return { type: "line", source: /^\[\d+\]/.test(line), children: spansOf(line) };
}

function blocksOf(text) {
  const blocks = [];
  let quoting = false;
  for (const piece of piecesOf(text)) {
    if (piece.fence) {
      blocks.push({ type: "fence", children: tokensIn(piece.text) });
      continue;
    }
    for (const group of groupsOf(piece, quoting)) {
      quoting = group.quoted && group.onwards;
      const lines = withoutBlankEdges(group.lines);
      if (lines.length > 0) blocks.push({ type: group.quoted ? "quote" : "text", children: linesOf(lines) });
      else if (group.quoted && !piece.fenceFollows) blocks.push({ type: "quote", children: [] });
    }
  }
  return blocks;
}

/** Part code from all else. A fence that nothing closes, or with nothing in it, is text. */
function piecesOf(text) {
  const pieces = [];
  let from = 0;
  let at = 0;
  for (;;) {
    const open = text.indexOf(FENCE, at);
    const close = open < 0 ? -1 : text.indexOf(FENCE, open + FENCE.length);
    if (close < 0) break;
    const inside = text.slice(open + FENCE.length, close);
    at = open + FENCE.length;
    if (!notBlank(inside)) continue;
    pieces.push({ text: text.slice(from, open), begins: from === 0, fenceFollows: true });
    pieces.push({ fence: true, text: inside.replace(/^\n/, "").replace(/\n$/, "") });
    from = at = close + FENCE.length;
  }
  return [...pieces, { text: text.slice(from), begins: from === 0, fenceFollows: false }];
}

/** Lines that stand together: quoted ones, and the others. What follows a block of code on its line begins no line. */
function groupsOf({ text, begins }, quoting) {
  const groups = [];
  let onwards = quoting;
  for (const [number, line] of text.split("\n").entries()) {
    const beginsHere = begins || number > 0;
    const all = !onwards && beginsHere && ALL_QUOTED.exec(line);
    onwards ||= Boolean(all);
    const mark = all || (!onwards && beginsHere && QUOTE.exec(line)) || null;
    const quoted = onwards || Boolean(mark);
    const words = mark ? line.slice(mark[0].length) : line;
    if (groups.at(-1)?.quoted === quoted) groups.at(-1).lines.push(words);
    else groups.push({ quoted, lines: [words] });
    groups.at(-1).onwards = onwards;
  }
  return groups;
}

function withoutBlankEdges(lines) {
  const first = lines.findIndex(notBlank);
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex(notBlank) + 1);
}

function linesOf(lines) {
  const nodes = [];
  for (const line of lines) {
    if (nodes.length > 0) nodes.push({ type: "text", text: "\n" });
    nodes.push(...spansOf(line));
  }
  return joined(nodes);
}

function notBlank(line) {
  return /\S/.test(line);
}

/**
 * Slack's mrkdwn, shown: `Mrkdwn` as elements, `preview` as one line, `plain` as what a person would type.
 *
 * Whatever people or models wrote reaches the page as text nodes and as addresses that `mrkdwn/tokens.js` let through,
 * never as HTML (`tests/e2e/browser/test_text.py`). Lines and spaces are kept as they are: the style sheet shows them
 * by `white-space: pre-wrap`.
 *
 * `people` and `channels` are those of the event `hello` ({id, name, real_name}, {id, name}): an array, or by id as a
 * Map or an object.
 */
import { labelOf } from "./emoji.js";
import { parse } from "./mrkdwn/blocks.js";
import { tokenNode, visible } from "./mrkdwn/tokens.js";
import { html, useMemo } from "./vendor/htm-preact.js";

export { parse };

const TOKEN = /<([^<>\n]*)>/g;
const ONLY_EMOJI = /^[\s\p{Emoji_Presentation}\p{Extended_Pictographic}\p{Emoji_Modifier}\p{RI}\u200d\ufe0f]*$/u;
const FEW_EMOJI_LENGTH = 160;

/** A message's text. `self` is the id of the person who looks: their mentions stand out. */
export function Mrkdwn({ text, people, channels, self }) {
  const { blocks, footer } = useMemo(() => parse(text), [text]);
  const known = { people, channels, self };
  return html`
    <div class=${isOnlyEmoji(blocks) ? "mrkdwn mrkdwn-jumbo" : "mrkdwn"}>
      ${blocks.map((block) => html`<${Block} block=${block} known=${known} />`)}
      <${Footer} lines=${footer} known=${known} />
    </div>
  `;
}

function Block({ block, known }) {
  const inside = shown(block.children, known);
  if (block.type === "fence") return html`<pre class="mrkdwn-fence">${inside}</pre>`;
  if (block.type === "quote") return html`<blockquote class="mrkdwn-quote" dir="auto">${inside}</blockquote>`;
  return html`<div class="mrkdwn-text" dir="auto">${inside}</div>`;
}

/** What stands beneath an answer: `lines` are `{source, children}`. */
export function Footer({ lines, known }) {
  return lines.length > 0 && html`
    <div class="message-footer">
      ${lines.map(
        ({ source, children }) =>
          html`<div class=${source ? "message-source" : "message-note"} dir="auto">${shown(children, known)}</div>`,
      )}
    </div>
  `;
}

/** Nodes as elements. */
export function shown(nodes, known) {
  return nodes.map((node) => SHOWN[node.type](node, known));
}

const SHOWN = {
  text: ({ text }) => text,
  bold: ({ children }, known) => html`<strong>${shown(children, known)}</strong>`,
  italic: ({ children }, known) => html`<em>${shown(children, known)}</em>`,
  strike: ({ children }, known) => html`<s>${shown(children, known)}</s>`,
  code: ({ children }, known) => html`<code>${shown(children, known)}</code>`,
  link: ({ url, host, children }, known) => html`
    <a href=${url} title=${host} dir="auto" rel="noopener noreferrer nofollow" target="_blank">
      ${shown(children, known)}
    </a>
  `,
  emoji: ({ name, char }) => html`
    <span class="emoji" role="img" aria-label=${labelOf(name)} title=${`:${name}:`}>${char}</span>
  `,
  user: (node, known) => html`
    <span class=${node.id === known.self ? "mention mention-self" : "mention"} dir="auto">${wordsOf(node, known)}</span>
  `,
  channel: (node, known) => html`
    <a class="channel-link" href=${`#/${node.id}`} dir="auto">${wordsOf(node, known)}</a>
  `,
  broadcast: (node, known) => html`<span class="mention">${wordsOf(node, known)}</span>`,
  group: (node, known) => html`<span class="mention" dir="auto">${wordsOf(node, known)}</span>`,
};

/** What a person would type to say this again: names after `@` and `#`, addresses or their labels, no entities. */
export function plain(text, people, channels) {
  const parts = [];
  let from = 0;
  for (const found of (text ?? "").matchAll(TOKEN)) {
    const node = tokenNode(found[1]);
    if (!node) continue;
    parts.push(visible(text.slice(from, found.index)), wordsOf(node, { people, channels }));
    from = found.index + found[0].length;
  }
  const [said, ...footer] = [...parts, visible((text ?? "").slice(from))].join("").split("\u2063");
  return [said, ...footer].map((part) => part.trim()).filter(Boolean).join("\n\n");
}

/** What a message says, on one line and without markup; of one that has nothing but a footer, that. */
export function preview(text, people, channels) {
  const { blocks, footer } = parse(text);
  const known = { people, channels };
  const lines = (blocks.length > 0 ? blocks : footer).map((block) => allWords(block.children, known));
  return lines.join(" ").replace(/\s+/g, " ").trim();
}

/** The words of nodes, without their looks. */
export function allWords(nodes, known) {
  return nodes.map((node) => wordsOf(node, known)).join("");
}

/** The words of a node: what it shows, without its looks. */
function wordsOf(node, known) {
  if (node.type === "text") return node.text;
  if (node.type === "emoji") return node.char;
  if (node.type === "broadcast") return `@${node.range}`;
  if (node.type === "group") return `@${node.label || node.id}`;
  if (node.type === "channel") return `#${byId(known.channels, node.id)?.name || node.label || node.id}`;
  if (node.type === "user") return `@${nameOf(byId(known.people, node.id)) || node.label || node.id}`;
  return allWords(node.children, known);
}

function nameOf(person) {
  return person?.real_name || person?.name;
}

function byId(those, id) {
  if (those instanceof Map) return those.get(id);
  if (Array.isArray(those)) return those.find((one) => one.id === id);
  return those && Object.hasOwn(those, id) ? those[id] : undefined;
}

/** A few emoji and nothing else are shown large. */
function isOnlyEmoji(blocks) {
  if (blocks.length !== 1 || blocks[0].type !== "text") return false;
  const words = blocks[0].children.map((node) => (node.type === "emoji" ? node.char : node.text ?? "words")).join("");
  return words.length <= FEW_EMOJI_LENGTH && ONLY_EMOJI.test(words) && words.trim() !== "";
}

/**
 * Markdown as Slack shows it in a `markdown` block and in a stream: `Markdown` as elements, `previewMarkdown` as one line.
 *
 * As with mrkdwn, all that was written reaches the page as text nodes and as addresses that were let through
 * (`tests/e2e/browser/test_markdown.py`). What is still being written is shown as far as it is.
 */
import { parse } from "./markdown/blocks.js";
import { allWords, Footer, shown } from "./mrkdwn.js";
import { html, useMemo } from "./vendor/htm-preact.js";

/** A text's blocks. The last paragraph has the class `growing`, for who shows where the text goes on. */
export function Markdown({ text, people, channels, self }) {
  const { blocks, footer } = useMemo(() => parse(text), [text]);
  const known = { people, channels, self };
  return html`<div class="mrkdwn markdown">
    <${Blocks} blocks=${blocks} known=${known} isLast=${footer.length === 0} />
    <${Footer} lines=${footer} known=${known} />
  </div>`;
}

function Blocks({ blocks, known, isLast }) {
  return blocks.map((block, index) => SHOWN[block.type](block, known, isLast && index === blocks.length - 1));
}

const named = (name, isLast) => (isLast ? `${name} growing` : name);

const SHOWN = {
  text: ({ children }, known, isLast) => html`
    <div class=${named("mrkdwn-text", isLast)} dir="auto">${shown(children, known)}</div>`,
  heading: ({ children, level }, known, isLast) => html`
    <div class=${named(`markdown-heading level-${level}`, isLast)} dir="auto">
      <strong>${shown(children, known)}</strong>
    </div>`,
  fence: ({ children }, known, isLast) => html`
    <pre class=${named("mrkdwn-fence", isLast)}>${shown(children, known)}</pre>`,
  quote: ({ blocks }, known, isLast) => html`
    <blockquote class="mrkdwn-quote" dir="auto">
      <${Blocks} blocks=${blocks} known=${known} isLast=${isLast} />
    </blockquote>`,
  list: ({ start, items }, known, isLast) => {
    const rows = items.map((blocks, index) => html`
      <li><${Blocks} blocks=${blocks} known=${known} isLast=${isLast && index === items.length - 1} /></li>`);
    return start === null
      ? html`<ul class="markdown-list">${rows}</ul>`
      : html`<ol class="markdown-list" start=${start}>${rows}</ol>`;
  },
  table: ({ head, rows }, known) => html`
    <div class="markdown-wide" role="group" aria-label="Table" tabindex="0"><table class="markdown-table">
      <thead><tr>${head.map((cell) => html`
        <th scope="col" class=${cell.align}>${shown(cell.children, known)}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`
        <tr>${row.map((cell) => html`<td class=${cell.align}>${shown(cell.children, known)}</td>`)}</tr>`)}</tbody>
    </table></div>`,
  rule: () => html`<hr class="markdown-rule" />`,
};

/** What a text says, on one line and without markup; of one that has nothing but a footer, that. */
export function previewMarkdown(text, people, channels) {
  const { blocks, footer } = parse(text);
  const known = { people, channels };
  const words = blocks.map((block) => wordsOf(block, known));
  const beneath = footer.map(({ children }) => allWords(children, known));
  return (blocks.length > 0 ? words : beneath).join(" ").replace(/\s+/g, " ").trim();
}

function wordsOf(block, known) {
  const all = (blocks) => blocks.map((each) => wordsOf(each, known)).join(" ");
  if (block.type === "quote") return all(block.blocks);
  if (block.type === "list") return block.items.map(all).join(" ");
  if (block.type === "table") {
    return [block.head, ...block.rows].flat().map(({ children }) => allWords(children, known)).join(" ");
  }
  return block.type === "rule" ? "" : allWords(block.children, known);
}

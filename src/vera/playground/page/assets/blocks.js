/**
 * What a message holds: its text, or the blocks that stand for it, and under them its buttons.
 *
 * Of Block Kit there is what Vera sends: words (`markdown`, `section`, `header`, `context`, `rich_text`) and buttons, in
 * `blocks` and in `attachments`. A message with no words in blocks that are known here shows its text, as Slack does.
 */

import { usePressed } from "./buttons.js";
import { Markdown, previewMarkdown } from "./markdown.js";
import { Mrkdwn, preview } from "./mrkdwn.js";
import { html, useLayoutEffect, useRef } from "./vendor/htm-preact.js";

/** The words of a message. */
export function Words({ message, known }) {
  const { people, channels, as: self } = known;
  const shown = { people, channels, self };
  const blocks = (message.blocks ?? []).filter(isWords);
  if (blocks.length === 0) return html`<${Mrkdwn} text=${message.text} ...${shown} />`;
  return blocks.map((block, index) => html`
    <${WORDS[block.type]} key=${index} block=${block} message=${message} shown=${shown} />`);
}

const WORDS = {
  markdown: ({ block, shown }) => html`<${Markdown} text=${String(block.text)} ...${shown} />`,
  rich_text: ({ message, shown }) => html`<${Mrkdwn} text=${message.text} ...${shown} />`,
  section: ({ block, shown }) => [block.text, ...(block.fields ?? [])].filter(Boolean).map((text) => html`
    <${Said} text=${text} shown=${shown} />`),
  header: ({ block }) => html`<p class="block-header">${block.text?.text}</p>`,
  context: ({ block, shown }) => html`<div class="block-context">
    ${(block.elements ?? []).filter(({ type }) => type !== "image").map((text) => html`
      <${Said} text=${text} shown=${shown} />`)}
  </div>`,
};

function Said({ text, shown }) {
  if (text.type === "plain_text") return html`<p class="block-plain">${text.text}</p>`;
  return html`<${Mrkdwn} text=${String(text.text)} ...${shown} />`;
}

const isWords = ({ type }) => Object.hasOwn(WORDS, type);

/** Whether a message says anything. */
export const hasWords = ({ text, blocks }) => Boolean(text || blocks?.some(isWords));

/** What a message says, on one line and without markup. */
export function previewOf(message, people, channels) {
  const markdown = message.blocks?.find(({ type }) => type === "markdown");
  return markdown ? previewMarkdown(markdown.text, people, channels) : preview(message.text, people, channels);
}

/** What can be pressed in a block. */
function buttonsOf({ type, elements, accessory }) {
  const held = type === "actions" ? elements ?? [] : [accessory];
  return held.filter((element) => element?.type === "button");
}

/** The rows of buttons under a message. `press(block, element)` resolves to null where that is refused. */
export function Buttons({ message, press }) {
  const attached = (message.attachments ?? []).flatMap(({ blocks }) => blocks ?? []);
  const rows = [...(message.blocks ?? []), ...attached].filter((block) => buttonsOf(block).length > 0);
  return rows.map((block, index) => html`<${Row} key=${index} block=${block} press=${press} />`);
}

/** A row that goes while the focus is in it leaves it to its message. */
function Row({ block, press }) {
  const ref = useRef();
  useLayoutEffect(() => () => {
    if (ref.current.contains(document.activeElement)) ref.current.closest("article")?.focus();
  }, []);
  return html`<div ref=${ref} class="block-actions">
    ${buttonsOf(block).map((element, index) => html`
      <${Button} key=${index} element=${element} act=${() => press(block, element)} />`)}
  </div>`;
}

function Button({ element, act }) {
  const [isPressed, press] = usePressed(act);
  const look = { primary: "primary", danger: "destructive" }[element.style] ?? "";
  return html`<button type="button" class="button ${look}" aria-disabled=${isPressed} onClick=${press}
    aria-label=${element.accessibility_label}>${element.text?.text}</button>`;
}

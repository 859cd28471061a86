/**
 * Where a message is written: text that formats and completes, files, the way out. Drafts are kept per conversation and
 * person for as long as the tab is open.
 */

import { Attachments, useAttachments } from "./attachments.js";
import { IconButton, TextButton } from "./buttons.js";
import { Editor, prefix, replace, wrap } from "./editor.js";
import { At, Bold, Bullets, Code, CodeBlock, Cross, Italic, Plus, Quote, Send, Smile, Strike } from "./icons.js";
import { memo } from "./memo.js";
import { Rover } from "./rover.js";
import { names } from "./typed.js";
import { html, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.js";

const FORMATS = [
  ["Bold", Bold, (field) => wrap(field, "*")],
  ["Italic", Italic, (field) => wrap(field, "_")],
  ["Strikethrough", Strike, (field) => wrap(field, "~")],
  ["Code", Code, (field) => wrap(field, "`")],
  ["Code block", CodeBlock, (field) => wrap(field, "```\n", "\n```")],
  ["Bulleted list", Bullets, (field) => prefix(field, "• ")],
  ["Quote", Quote, (field) => prefix(field, "> ")],
];

/**
 * `root` is "" in a conversation itself, `name` what the field is called. `handle.current` becomes `{focus(),
 * fill(text), attach(files)}`. `onSend(promise of the ts, text)` hears of what is sent; `onEditLast()` of ArrowUp in an
 * empty field, and says whether there is a message to edit.
 */
export const Composer = memo(({ act, channel, root, known, name, handle, onSend, onEditLast }) => {
  const [text, setText] = useDraft(`vera.draft:${known.as}:${channel.id}:${root}`);
  const [broadcast, setBroadcast] = useState(false);
  const [unheard, setUnheard] = useState("");
  const attachments = useAttachments(known.as);
  const field = useRef();
  const bot = known.people.get(known.bot);
  const isUnheard = bot && !channel.members.includes(bot.id) && channel.kind !== "im" && names(unheard || text, bot);
  const isGoing = attachments.files.some((file) => file.state === "going");
  const canSend = !isGoing && (text.trim() !== "" || attachments.files.some((file) => file.state === "ready"));

  useLayoutEffect(() => {
    handle.current = {
      focus: () => field.current.focus(),
      fill: (words) => replace(field.current, 0, field.current.value.length, words),
      attach: (files) => { attachments.add(files); field.current.focus(); },
    };
  });
  const write = (words) => {
    setText(words);
    if (words.trim()) act.store.typing(channel.id, root);
  };
  const send = () => {
    if (!canSend) return;
    const draft = { channel: channel.id, thread_ts: root, text: text.trim(), broadcast, files: attachments.taken() };
    setUnheard(isUnheard ? draft.text : "");
    onSend(act.store.send(draft), draft.text);
    setText("");
    setBroadcast(false);
    field.current.focus();
  };
  const invite = async () => {
    const isThere = await act.store.invite(channel.id, bot.id);
    if (isThere && unheard && field.current?.value === "") handle.current.fill(unheard);
    setUnheard("");
    field.current?.focus();
  };
  const onKey = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send();
    else if (event.key === "ArrowUp" && text === "" && onEditLast()) setUnheard("");
    else return;
    event.preventDefault();
  };
  const onPaste = (event) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    attachments.add(event.clipboardData.files);
  };

  return html`<div class="composer" onPaste=${onPaste}>
    ${isUnheard && html`<${NotHere} bot=${bot} channel=${channel} invite=${invite}
      dismiss=${unheard && (() => setUnheard(""))} />`}
    <div class="box">
      <${Rover} className="formats" label="Formatting">
        ${FORMATS.map(([format, icon, apply]) => html`
          <${IconButton} key=${format} name=${format} icon=${icon} onClick=${() => apply(field.current)} />`)}
      <//>
      <${Editor} name=${name} placeholder=${name} text=${text} onText=${write} onKey=${onKey} field=${field}
        known=${known} channel=${channel} />
      <${Attachments} ...${attachments} />
      <div class="composer-foot">
        <${AttachButton} onFiles=${(files) => handle.current.attach(files)} />
        <${IconButton} name="Emoji" icon=${Smile}
          onClick=${(event) => act.pickEmoji(event.currentTarget, (emoji) => insert(field.current, `:${emoji}: `))} />
        <${IconButton} name="Mention somebody" icon=${At} onClick=${() => insert(field.current, "@")} />
        <span class="spring"></span>
        <${IconButton} name="Send" icon=${Send} className="send" disabled=${!canSend} onClick=${send} />
      </div>
    </div>
    ${root && channel.kind !== "im" && html`<label class="broadcast">
      <input type="checkbox" checked=${broadcast} onChange=${(event) => setBroadcast(event.currentTarget.checked)} />
      Also send to #${channel.name}
    </label>`}
  </div>`;
});

/** A text that outlives its field: for this tab, under `key`. */
function useDraft(key) {
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? "");
  return [text, (words) => {
    setText(words);
    if (words) sessionStorage.setItem(key, words);
    else sessionStorage.removeItem(key);
  }];
}

/** Type something where the caret is, after a space where a word is there. */
function insert(field, words) {
  const { selectionStart, selectionEnd, value } = field;
  const gap = /\S$/.test(value.slice(0, selectionStart)) ? " " : "";
  replace(field, selectionStart, selectionEnd, gap + words);
}

function AttachButton({ onFiles }) {
  const input = useRef();
  const take = () => {
    onFiles(input.current.files);
    input.current.value = "";
  };
  return html`
    <${IconButton} name="Attach files" icon=${Plus} className="round" onClick=${() => input.current.click()} />
    <input ref=${input} type="file" multiple hidden tabindex="-1" onChange=${take} />`;
}

function NotHere({ bot, channel, invite, dismiss }) {
  return html`<p class="not-here" role="status">
    <span>${bot.real_name} is not in #${channel.name}.</span>
    <${TextButton} onClick=${invite}>Add her<//>
    ${dismiss && html`<${IconButton} name="Dismiss" tip="" icon=${Cross} onClick=${dismiss} />`}
  </p>`;
}

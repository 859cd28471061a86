/**
 * Where a message is written: text that formats and completes, files, the way out. Drafts are kept per conversation and
 * person for as long as the tab is open, their files until the page is loaded anew.
 */

import { Attachments, useAttachments } from "./attachments.js";
import { IconButton, TextButton, usePressed } from "./buttons.js";
import { Editor, prefix, replace, wrap } from "./editor.js";
import { At, Bold, Bullets, Code, CodeBlock, Cross, Italic, Plus, Quote, Send, Smile, Stop, Strike } from "./icons.js";
import { isBare } from "./keys.js";
import { memo } from "./memo.js";
import { Rover } from "./rover.js";
import { names } from "./typed.js";
import { html, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.js";

const MOST_CHARACTERS = 40_000;
const MOST_FILES = 10;
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
 * fill(text), attach(files), restore(sent)}`. `onSend(promise of the ts, text)` hears of what is sent; `onEditLast()` of
 * ArrowUp in an empty field, and says whether there is a message to edit. `canStop`: Vera is at work here.
 */
export const Composer = memo(({ act, channel, root, known, name, handle, onSend, onEditLast, canStop }) => {
  const draft = `vera.draft:${known.as}:${channel.id}:${root}`;
  const [text, setText] = useDraft(draft);
  const [broadcast, setBroadcast] = useState(false);
  const [unheard, setUnheard] = useState("");
  const attachments = useAttachments(act.store.uploads, draft, known.as);
  const field = useRef();
  const bot = known.people.get(known.bot);
  const isUnheard = bot && !channel.members.includes(bot.id) && channel.kind !== "im" && names(unheard || text, bot);
  const isGoing = attachments.files.some((file) => file.state === "going");
  const ready = attachments.files.filter((file) => file.state === "ready");
  const canSend = !isGoing && (text.trim() !== "" || ready.length > 0);

  useLayoutEffect(() => {
    handle.current = {
      focus: () => field.current.focus(),
      fill: (words) => replace(field.current, 0, field.current.value.length, words),
      attach: (files) => { attachments.add(files); field.current.focus(); },
      restore: (sent) => {
        if (sent.text) replace(field.current, 0, 0, text ? `${sent.text}\n` : sent.text);
        if (sent.broadcast) setBroadcast(true);
        handle.current.attach(sent.files.map(({ file }) => file)); // anew: the playground keeps none for long
      },
    };
  });
  const write = (words) => {
    setText(words);
    if (words.trim()) act.store.typing(channel.id, root);
  };
  const send = () => {
    if (!canSend) return;
    const words = text.trim();
    const excess = excessOf(words, ready);
    if (excess) return void act.store.toast(excess);
    setUnheard(isUnheard ? words : "");
    const files = attachments.take();
    onSend(act.store.send({ channel: channel.id, thread_ts: root, text: words, broadcast, files }), words);
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
    if (event.key === "Enter" && !event.shiftKey) send();
    else if (event.key === "ArrowUp" && isBare(event) && text === "" && onEditLast()) setUnheard("");
    else return;
    event.preventDefault();
  };
  const addEmoji = (emoji) => field.current && insert(field.current, `:${emoji}: `);
  const onPaste = (event) => {
    const files = pasted(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    attachments.add(files);
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
          onClick=${(event) => act.pickEmoji(event.currentTarget, field.current, addEmoji)} />
        <${IconButton} name="Mention somebody" icon=${At} onClick=${() => insert(field.current, "@")} />
        <span class="spring"></span>
        ${canStop && html`<${StopButton} name="Stop ${bot.real_name}" field=${field}
          stop=${() => act.store.stopSession(channel.id, root)} />`}
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

/** What is too much for one message, as a sentence, or "". (The server counts characters as `[...text]` does.) */
function excessOf(text, files) {
  if ([...text].length > MOST_CHARACTERS) return "That is too long: a message has at most 40,000 characters.";
  return files.length > MOST_FILES ? `A message can have ${MOST_FILES} files at most.` : "";
}

/** The files of a clipboard: none where it is text that has a picture too (a file manager's text is their names). */
function pasted(clipboard) {
  const files = [...clipboard.files];
  const words = clipboard.getData("text/plain");
  return files.every(({ name }) => words.includes(name)) || words === "" ? files : [];
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

/** If it goes while the focus is on it, the text gets that. */
function StopButton({ name, stop, field }) {
  const place = useRef();
  const [isPressed, press] = usePressed(stop);
  useLayoutEffect(() => () => place.current.contains(document.activeElement) && field.current?.focus(), []);
  return html`<span ref=${place}>
    <${IconButton} name=${name} icon=${Stop} className="stop" aria-disabled=${isPressed} onClick=${press} />
  </span>`;
}

function NotHere({ bot, channel, invite, dismiss }) {
  return html`<p class="not-here" role="status">
    <span>${bot.real_name} is not in #${channel.name}.</span>
    <${TextButton} onClick=${invite}>Add her<//>
    ${dismiss && html`<${IconButton} name="Dismiss" tip="" icon=${Cross} onClick=${dismiss} />`}
  </p>`;
}

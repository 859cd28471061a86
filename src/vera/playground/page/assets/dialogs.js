/**
 * What comes over the page: a question before something is lost, the emoji, the keys.
 *
 * They are the browser's own modal dialogs: focus stays in, the page behind is inert, Escape closes.
 */

import { EmojiPicker } from "./emoji-picker.js";
import { placeBy } from "./menu.js";
import { Mrkdwn } from "./mrkdwn.js";
import { Avatar, nameOf } from "./people.js";
import { clock } from "./time.js";
import { html, useLayoutEffect, useRef } from "./vendor/htm-preact.js";

const KEYS = [
  ["Send, or save an edit", "Enter"],
  ["New line", "Shift + Enter"],
  ["Bold, italic, strike, code", "Ctrl + B, I, Shift + X, E"],
  ["Edit your last message (empty field)", "↑"],
  ["Next pane, previous pane", "F6, Shift + F6"],
  ["From message to message", "↑ ↓ Home End"],
  ["Open the thread of a message", "Enter or T"],
  ["React to a message", "R"],
  ["Edit your message", "E"],
  ["Delete your message", "Delete"],
  ["Close the topmost thing", "Esc"],
  ["Show these keys", "?"],
];

/** `dialog` is `{kind: "delete"|"emoji"|"shortcuts", …}` or null, `close()` ends it. */
export function Dialogs({ dialog, close, known, act }) {
  if (!dialog) return null;
  return html`<${{ delete: DeleteDialog, emoji: EmojiDialog, shortcuts: ShortcutsDialog }[dialog.kind]} ...${dialog}
    close=${close} known=${known} act=${act} />`;
}

/**
 * `opener`: what it hangs on (else it is in the middle); `returnTo`: what has the focus afterwards. `onClosed()` hears of
 * its end: before, nothing behind it takes the focus.
 */
function Dialog({ name, className, close, opener, returnTo, onClosed, children }) {
  const ref = useRef();
  useLayoutEffect(() => {
    const dialog = ref.current;
    const before = returnTo ?? document.activeElement;
    dialog.showModal();
    if (opener) placeBy(dialog, opener);
    return () => {
      dialog.close();
      if (before?.isConnected) before.focus();
      onClosed?.();
    };
  }, []);
  return html`<dialog ref=${ref} class="dialog ${className}" aria-label=${name}
    onCancel=${(event) => { event.preventDefault(); close(); }}
    onKeyDown=${(event) => event.stopPropagation()}
    onMouseDown=${(event) => event.target === ref.current && close()}>
    <div class="dialog-inside">${children}</div>
  </dialog>`;
}

function DeleteDialog({ channel, message, known, act, close, returnTo }) {
  const remove = () => {
    close();
    act.store.remove(channel, message.ts);
  };
  return html`<${Dialog} name="Delete message?" className="confirm" close=${close} returnTo=${returnTo}>
    <p class="dialog-title">Delete message?</p>
    <p>It is gone for everybody, and cannot be brought back.</p>
    <div class="quoted">
      <${Avatar} person=${known.people.get(message.user)} size="small" />
      <div>
        <p><strong>${nameOf(known.people, message.user)}</strong> <span class="when">${clock(message.ts)}</span></p>
        <div class="quoted-text">
          <${Mrkdwn} text=${message.text} people=${known.people} channels=${known.channels} self=${known.as} />
        </div>
      </div>
    </div>
    <div class="dialog-actions">
      <button class="button" type="button" onClick=${close}>Cancel</button>
      <button class="button destructive" type="button" onClick=${remove}>Delete</button>
    </div>
  <//>`;
}

function EmojiDialog({ name, opener, returnTo, onPick, close }) {
  const picked = useRef("");
  const pick = (emoji) => {
    picked.current = emoji;
    close();
  };
  return html`<${Dialog} name=${name} className="emoji-dialog" close=${close} opener=${opener} returnTo=${returnTo}
    onClosed=${() => picked.current && onPick(picked.current)}>
    <${EmojiPicker} pick=${pick} />
  <//>`;
}

function ShortcutsDialog({ close }) {
  return html`<${Dialog} name="Keyboard shortcuts" className="shortcuts" close=${close}>
    <p class="dialog-title">Keyboard shortcuts</p>
    <dl>${KEYS.map(([what, keys]) => html`<div key=${what}><dt>${what}</dt><dd><kbd>${keys}</kbd></dd></div>`)}</dl>
    <div class="dialog-actions"><button class="button" type="button" onClick=${close}>Close</button></div>
  <//>`;
}

/**
 * The side pane: one thread, from its root to the newest reply.
 */

import { IconButton } from "./buttons.js";
import { Conversation } from "./conversation.js";
import { Back, Cross, Pulse } from "./icons.js";
import { titleOf } from "./people.js";
import { html, useEffect, useLayoutEffect, useRef } from "./vendor/htm-preact.js";

export function Thread({ state, known, act, channel, root, wantsFocus }) {
  const pane = useRef();
  const handle = useRef();
  useEffect(() => {
    if (wantsFocus.current) handle.current?.focus();
    wantsFocus.current = false;
  });
  useLayoutEffect(() => () => pane.current.contains(document.activeElement) && goBack(root), []);
  return html`<aside ref=${pane} class="pane thread" aria-label="Thread" data-pane="thread">
    <header class="pane-head">
      <${IconButton} name="Back" tip="" icon=${Back} className="only-narrow" onClick=${act.closeThread} />
      <div class="pane-title">
        <h2>Thread</h2>
        <p class="pane-about">${channel.kind === "im" ? "" : "#"}${titleOf(channel, state)}</p>
      </div>
      <${IconButton} name="Inspector" icon=${Pulse} className="only-alone" onClick=${act.toggleInspector} />
      <${IconButton} name="Close thread" tip="Close" icon=${Cross} className="only-wide" onClick=${act.closeThread} />
    </header>
    <${Conversation} state=${state} known=${known} act=${act} channel=${channel} root=${root}
      name="Reply in thread" handle=${handle} onSend=${act.release} />
  </aside>`;
}

/** Put the focus where the thread came from, before it is gone with the pane. */
function goBack(root) {
  (document.querySelector(`main article[data-ts="${root}"]`) ?? document.querySelector("main textarea"))?.focus();
}

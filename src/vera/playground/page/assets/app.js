/**
 * The page: which panes there are, and what lies over them.
 */

import { actionsOf } from "./actions.js";
import { Announcer } from "./announcer.js";
import { Banners, Toasts } from "./banners.js";
import { Channel } from "./channel.js";
import { Dialogs } from "./dialogs.js";
import { Inspector } from "./inspector.js";
import { useKeys, useLanding } from "./keys.js";
import { memo } from "./memo.js";
import { isWith, titleOf } from "./people.js";
import { settle, useRoute } from "./route.js";
import { Sidebar } from "./sidebar.js";
import { Thread } from "./thread.js";
import { isAway } from "./typing.js";
import { html, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "./vendor/htm-preact.js";

const INSPECTOR_KEY = "vera.inspector";

/** Drawn again when the switches or the connection are others, or another turn is chosen; the journal's entries it takes in by itself. */
const Drawer = memo(Inspector);

export function App({ store }) {
  const state = useStore(store);
  const asked = useRoute();
  const [ui, setUi] = useState(() => (
    { inspector: localStorage.getItem(INSPECTOR_KEY) === "open", nav: false, dialog: null, said: null }));
  const wantsFocus = useRef(false);
  const openedBeside = useRef("");
  const act = useMemo(() => actionsOf(store, setUi, { wantsFocus, openedBeside }), [store]);
  const known = useKnown(state);
  const channel = usePlace(state, asked);
  const thread = channel?.id === asked.channel ? asked.thread : "";
  const route = useMemo(() => ({ channel: channel?.id ?? "", thread }), [channel?.id, thread]);
  const shown = ui.nav ? "nav" : ui.inspector ? "inspector" : route.thread ? "thread" : "main";
  useKeys(act, { route, ui });
  useTitle(state, channel);
  useLanding(shown);
  useEffect(() => localStorage.setItem(INSPECTOR_KEY, ui.inspector ? "open" : "closed"), [ui.inspector]);

  return html`<div class="app" data-shown=${shown} data-inspector=${ui.inspector} data-thread=${Boolean(route.thread)}
      data-away=${isAway(state) || undefined}>
    <${Sidebar} state=${state} act=${act} current=${route.channel} />
    <div class="desk">
      <${Banners} state=${state} />
      <div class="panes">
        ${channel
          ? html`<${Channel} key="${state.as} ${channel.id}" state=${state} known=${known} act=${act} channel=${channel}
              openRoot=${route.thread} isInspecting=${ui.inspector} />`
          : html`<${Nowhere} connection=${state.connection} />`}
        ${channel && route.thread && html`<${Thread} key="${state.as} ${route.thread}"
          state=${state} known=${known} act=${act} channel=${channel} root=${route.thread} wantsFocus=${wantsFocus} />`}
        ${ui.inspector && html`<div class="pane drawer" key="inspector" data-pane="inspector">
          <${Drawer} store=${store} turn=${state.inspected} onClose=${act.toggleInspector}
            switches=${state.switches} connection=${state.connection} />
        </div>`}
      </div>
    </div>
    <${Toasts} toasts=${state.toasts} dismiss=${(key) => store.dismiss(key)} />
    <${Dialogs} dialog=${ui.dialog} close=${act.close} known=${known} act=${act} />
    <${Announcer} store=${store} route=${route} said=${ui.said} />
  </div>`;
}

function useStore(store) {
  const [, redraw] = useReducer((count) => count + 1, 0);
  useLayoutEffect(() => store.subscribe(redraw), [store]);
  return store.state;
}

/**
 * The conversation that was asked for. Who isn't in it, having become somebody else, comes to their own direct message
 * with Vera from another's, and else to their first conversation; the address says so then.
 */
function usePlace({ channels, bot }, asked) {
  const before = useRef(null);
  const own = isWith(before.current, bot) && channels.find((channel) => isWith(channel, bot));
  const channel = channels.find(({ id }) => id === asked.channel) ?? (own || channels[0]);
  useLayoutEffect(() => {
    before.current = channel;
    if (channel && channel.id !== asked.channel) settle(asked, channel.id);
  }, [channel, asked]);
  return channel;
}

/** What rows need of the state, the same object as long as nobody's name and no channel's name or members change. */
function useKnown({ people, channels, as, bot }) {
  const names = channels.map(({ id, name, members }) => `${id} ${name} ${members}`).join("\n");
  return useMemo(() => ({ people, channels, as, bot }), [people, names, as, bot]);
}

function useTitle(state, channel) {
  const counts = state.channels.map(({ kind, mentions, unread }) => (kind === "im" ? unread : mentions));
  const unread = counts.reduce((sum, count) => sum + count, 0);
  const title = `${unread ? `(${unread}) ` : ""}${channel ? `${titleOf(channel, state)} · ` : ""}Vera's playground`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}

function Nowhere({ connection }) {
  const words = connection === "open" ? "There is no conversation that you are in." : "Opening the workspace …";
  return html`<main class="pane main" aria-label="Conversation" data-pane="main">
    <h1 class="sr-only">Vera's playground</h1>
    <p class="nowhere">${words}</p>
  </main>`;
}

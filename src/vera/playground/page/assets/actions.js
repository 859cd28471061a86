/**
 * What can be done from anywhere on the page, once for its lifetime: rows and panes are handed it and needn't be drawn
 * again for it.
 */

import { plain } from "./mrkdwn.js";
import { go, routeOf } from "./route.js";

/**
 * `setUi(change)` changes what is open (see `App`). Two refs: `wantsFocus` says whether the thread that opens takes the
 * focus, `openedBeside` which one the page opened by itself.
 */
export function actionsOf(store, setUi, { wantsFocus, openedBeside }) {
  const show = (dialog) => setUi((ui) => ({ ...ui, dialog }));
  return {
    store,
    react: (channel, message, name) => store.react(channel, message, name),
    press: (channel, message, block, element) =>
      store.press(channel, message.ts, { block_id: block.block_id ?? "", action_id: element.action_id ?? "" }),
    become: (person) => {
      sessionStorage.setItem("vera.as", person);
      store.connect(person);
    },

    openThread: (channel, root) => {
      wantsFocus.current = true;
      if (routeOf(location.hash).thread === root) setUi((ui) => ({ ...ui }));
      go(channel, root);
    },
    /** Open a thread beside the conversation without going there, unless the person has another one open. */
    openBeside: (channel, root) => {
      const now = routeOf(location.hash);
      if (now.channel !== channel) return;
      if (now.thread && now.thread !== openedBeside.current) return;
      openedBeside.current = root;
      go(channel, root);
    },
    closeThread: () => go(routeOf(location.hash).channel),

    toggleInspector: () => setUi((ui) => ({ ...ui, inspector: !ui.inspector })),
    inspect: (turn) => {
      store.inspect(turn);
      setUi((ui) => ({ ...ui, inspector: true }));
    },
    /** Let the inspector follow the newest turn again. */
    release: () => store.inspect(""),

    openMenu: () => setUi((ui) => ({ ...ui, nav: true })),
    closeMenu: () => setUi((ui) => ({ ...ui, nav: false })),

    pickReaction: (channel, message, opener) => show({
      kind: "emoji", name: "Add reaction", opener, returnTo: opener.closest("article"),
      onPick: (name) => addReaction(store, channel, message, name),
    }),
    pickEmoji: (opener, returnTo, onPick) => show({ kind: "emoji", name: "Emoji", opener, returnTo, onPick }),
    askToDelete: (channel, message) => show({
      kind: "delete", channel, message, returnTo: document.activeElement?.closest("article"),
    }),
    showShortcuts: () => show({ kind: "shortcuts" }),
    close: () => show(null),

    copy: async (message) => {
      const { people, channels } = store.state;
      try {
        await navigator.clipboard.writeText(plain(message.text, people, channels));
      } catch {
        return void store.toast("The browser lets nothing be copied from here: select the text instead.");
      }
      setUi((ui) => ({ ...ui, said: { text: "Copied" } }));
    },
  };
}

/** From the picker a reaction is only ever added: taking off is what the chip is for. */
function addReaction(store, channel, message, name) {
  const now = store.records.get(channel, message.ts) ?? message;
  const isMine = now.reactions?.some((one) => one.name === name && one.users.includes(store.state.as));
  if (!isMine) store.react(channel, now, name);
}

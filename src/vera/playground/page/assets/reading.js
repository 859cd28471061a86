/**
 * Reading: what is in view is marked as read, and what was new when one came stays marked as new until one goes.
 */

import { markOf } from "./unread.js";
import { useEffect, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.js";

/**
 * Mark what is read. Returns `[newAfter, forget()]`: the ts after which messages are new (null: none are).
 *
 * `isAtEnd` is null as long as it isn't known, `isBehind` whether something was missed since `messages` were fetched;
 * nothing is read in a page that is hidden.
 */
export function useReading({ store, channel, root, messages, isReady, isBehind, isAtEnd }) {
  const isVisible = useVisible();
  const mark = markOf(store.state, channel.id, root);
  const newAfter = useRef(mark.unread > 0 ? mark.last_read : null);
  const last = messages.at(-1)?.ts;
  const isReading = isVisible && isAtEnd && isReady && !isBehind;
  if (mark.unread > 0 && (!isVisible || isBehind || isAtEnd === false)) newAfter.current ??= mark.last_read;
  useLayoutEffect(() => {
    if (isReading && last && last !== root) store.markRead(channel.id, root, last);
  }, [isReading, last, mark.unread]);
  return [newAfter.current, () => (newAfter.current = null)];
}

function useVisible() {
  const [isVisible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const look = () => setVisible(!document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return isVisible;
}

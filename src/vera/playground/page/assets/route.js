/**
 * The address's hash holds the view, `#/C…` or `#/C…/THREAD_TS`: a reload shows the same, and Back goes back.
 */

import { useEffect, useState } from "./vendor/htm-preact.js";

const HASH = /^#\/(\w+)(?:\/([\d.]+))?$/;

/** What a hash shows: `{channel, thread}`, each "" where it says nothing. */
export function routeOf(hash) {
  const [, channel = "", thread = ""] = HASH.exec(hash) ?? [];
  return { channel, thread };
}

/** The address of a conversation, or of a thread in it. */
export const address = (channel, thread = "") => `#/${channel}${thread && `/${thread}`}`;

export function go(channel, thread = "") {
  if (location.hash !== address(channel, thread)) location.hash = address(channel, thread);
}

/** Where the address still says `asked`, let it say where one is instead: no step that Back goes back. */
export function settle(asked, channel) {
  if (routeOf(location.hash).channel !== asked.channel) return;
  history.replaceState(null, "", address(channel));
  dispatchEvent(new Event("hashchange"));
}

/** The route, as it changes. */
export function useRoute() {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = () => setRoute(routeOf(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

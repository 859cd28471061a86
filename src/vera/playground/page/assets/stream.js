/**
 * The server's events, for as long as somebody looks: a connection that breaks is made again.
 *
 * A hidden page has none. Each takes one of the six connections that a browser opens to one server over HTTP/1.1, so a
 * seventh tab would wait forever; and what a page misses meanwhile, it learns from the next hello.
 */

const NAMES = ["hello", "change", "furnished", "read", "typing", "status", "session", "switches", "note"];
const PAUSES_MS = [250, 500, 1000, 2000];

/**
 * Follow what happens, as seen by `person`. Returns a function that stops it.
 *
 * `onEvent(name, data)` hears of each event, `onLost(tries)` of each connection that broke or was not made.
 */
export function follow(person, { onEvent, onLost }) {
  let source;
  let timer;
  let tries = 0;

  function open() {
    source = new EventSource(`changes?${new URLSearchParams({ as: person })}`);
    for (const name of NAMES) source.addEventListener(name, (event) => onEvent(name, JSON.parse(event.data)));
    source.addEventListener("hello", () => (tries = 0));
    source.onerror = () => {
      source.close();
      timer = setTimeout(open, PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
      tries += 1;
      onLost(tries);
    };
  }

  function close() {
    clearTimeout(timer);
    source?.close();
  }

  function look() {
    close();
    if (!document.hidden) open();
  }

  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    document.removeEventListener("visibilitychange", look);
    close();
  };
}

/**
 * Keys that work everywhere: F6 from pane to pane, Escape for the topmost thing, `?` for the list of them.
 */

import { useEffect, useRef } from "./vendor/htm-preact.js";

const LANDINGS = ["textarea", "[aria-current=page]", "button, select, a"];

/** Whether a key belongs to the input method, which makes a character of several: it does nothing else then. */
export const isComposing = (event) => event.isComposing || event.keyCode === 229; // 229: Safari's last Enter

/** Whether nothing is held along with a key. */
export const isBare = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);

export function useKeys(act, { route, ui }) {
  useEffect(() => {
    const onKey = (event) => {
      if (event.defaultPrevented || isComposing(event) || document.querySelector("dialog[open]")) return;
      if (event.key === "F6") nextPane(event.shiftKey ? -1 : 1);
      else if (event.key === "Escape") closeTopmost(act, route, ui);
      else if (event.key === "?" && !event.target.matches("input, textarea, select")) act.showShortcuts();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [act, route, ui]);
}

function nextPane(step) {
  const panes = [...document.querySelectorAll("[data-pane]")].filter((pane) => pane.offsetWidth > 0);
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const pane = panes[(at + step + panes.length + (at < 0 && step < 0 ? 1 : 0)) % panes.length];
  land(pane, LANDINGS);
}

function land(pane, landings) {
  landings.flatMap((landing) => [...pane.querySelectorAll(landing)]).find((place) => place.offsetWidth > 0)?.focus();
}

/** When the pane that had the focus goes, the one that is now in front gets it. A touch screen's keyboard stays away. */
export function useLanding(shown) {
  const isFirst = useRef(true);
  useEffect(() => {
    const isLost = document.activeElement === document.body || !document.activeElement.getClientRects().length;
    const landings = matchMedia("(hover: hover)").matches ? LANDINGS : LANDINGS.slice(1);
    const pane = document.querySelector(`[data-pane=${shown}]`);
    if (!isFirst.current && isLost && pane) land(pane, landings);
    isFirst.current = false;
  }, [shown]);
}

function closeTopmost(act, { thread }, { inspector, nav }) {
  const isIn = (pane) => document.activeElement?.closest(`[data-pane=${pane}]`);
  if (nav) act.closeMenu();
  else if (inspector && (isIn("inspector") || !thread)) act.toggleInspector();
  else if (thread) act.closeThread();
}

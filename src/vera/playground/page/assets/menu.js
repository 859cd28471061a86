/**
 * A menu that hangs on the button that opened it: arrows move, Enter chooses, Escape or a click elsewhere closes.
 */

import { html, useEffect, useLayoutEffect, useRef } from "./vendor/htm-preact.js";

const GAP = 4;

/** @param {{opener: Element, items: {name: string, Icon: Function, key?: string, danger?: boolean, run: () => void}[],
 *   onClose: () => void}} props */
export function Menu({ opener, items, onClose }) {
  const ref = useRef();
  useLayoutEffect(() => {
    ref.current.showPopover();
    placeBy(ref.current, opener);
    ref.current.querySelector("button").focus();
  }, []);
  useEffect(() => {
    const elsewhere = (event) => ref.current.contains(event.target) || opener.contains(event.target) || onClose();
    document.addEventListener("pointerdown", elsewhere);
    document.addEventListener("wheel", elsewhere, { passive: true });
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      document.removeEventListener("wheel", elsewhere);
    };
  }, []);
  const close = () => {
    opener.focus();
    onClose();
  };
  const onKeyDown = (event) => {
    const buttons = [...ref.current.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1 + buttons.length, Home: 0, End: buttons.length - 1 };
    if (event.key in steps) buttons[steps[event.key] % buttons.length].focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div ref=${ref} class="menu" role="menu" popover="manual" aria-label="More actions"
    onKeyDown=${onKeyDown}>
    ${items.map(({ name, Icon, key, danger, run }) => html`
      <button key=${name} class=${danger ? "danger" : ""} type="button" role="menuitem" tabindex="-1" aria-label=${name}
        onClick=${() => { close(); run(); }}>
        <${Icon} /><span>${name}</span>${key && html`<kbd>${key}</kbd>`}
      </button>`)}
  </div>`;
}

/** Put an element of the top layer below another, or above it where there is no room. */
export function placeBy(element, opener) {
  const { top, bottom, right } = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const below = bottom + GAP + height <= innerHeight ? bottom + GAP : Math.max(GAP, top - GAP - height);
  element.style.top = `${Math.min(below, innerHeight - height - GAP)}px`;
  element.style.left = `${Math.max(GAP, Math.min(right - width, innerWidth - width - GAP))}px`;
}

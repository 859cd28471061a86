/**
 * A toolbar with one stop for the Tab key: arrows go from button to button.
 */

import { html, useLayoutEffect, useRef } from "./vendor/htm-preact.js";

export function Rover({ className, label, children }) {
  const bar = useRef();
  const rest = (stop) => {
    for (const button of bar.current.querySelectorAll("button")) button.tabIndex = button === stop ? 0 : -1;
  };
  useLayoutEffect(() => rest(bar.current.querySelector("button")), []);
  const onKeyDown = (event) => {
    const buttons = [...bar.current.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const steps = { ArrowRight: at + 1, ArrowLeft: at - 1 + buttons.length, Home: 0, End: buttons.length - 1 };
    if (!(event.key in steps) || at < 0) return;
    event.preventDefault();
    buttons[steps[event.key] % buttons.length].focus();
  };
  return html`<div class=${className} role="toolbar" aria-label=${label} ref=${bar} onKeyDown=${onKeyDown}
    onfocusin=${(event) => rest(event.target)}>${children}</div>`;
}

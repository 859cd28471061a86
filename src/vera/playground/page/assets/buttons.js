/**
 * The page's two kinds of small button: an icon with a name, and words that look like a link. And what is pressed once.
 */

import { html, useEffect, useRef, useState } from "./vendor/htm-preact.js";

const AGAIN_MS = 3000; // within which Slack wants to hear of a press

/** An icon alone: `name` says what it does, `tip` shows it under the mouse ("": nothing). */
export function IconButton({ name, icon: Icon, tip = name, className = "", ...rest }) {
  return html`<button type="button" class="icon-button ${className}" aria-label=${name} data-tip=${tip || undefined}
    ...${rest}><${Icon} /></button>`;
}

/** Words, after an icon where there is one. */
export function TextButton({ icon: Icon, className = "", children, ...rest }) {
  return html`<button type="button" class="text-button ${className}" ...${rest}>
    ${Icon && html`<${Icon} />`}${children}
  </button>`;
}

/**
 * What is pressed may take a while to have an effect: until then it is under way, and can't be pressed again. That it has
 * none shows after a few seconds, or at once where `act()` resolves to null. Returns `[isPressed, press()]`.
 */
export function usePressed(act) {
  const [isPressed, setPressed] = useState(false);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const press = async () => {
    if (isPressed) return;
    setPressed(true);
    const isRefused = await act() === null;
    timer.current = setTimeout(() => setPressed(false), isRefused ? 0 : AGAIN_MS);
  };
  return [isPressed, press];
}

/**
 * The page's two kinds of small button: an icon with a name, and words that look like a link.
 */

import { html } from "./vendor/htm-preact.js";

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

/**
 * What is not as usual, over everything; and what just went wrong, in a corner.
 */

import { IconButton } from "./buttons.js";
import { Cross, Warning } from "./icons.js";
import { html } from "./vendor/htm-preact.js";

export function Banners({ state }) {
  const { stopped, latency_ms: latency } = state.switches;
  const texts = [
    state.connection === "lost" && "The playground is not running. Trying again …",
    stopped && "Vera is stopped.",
    latency > 0 && `Slack is slow: every call takes ${latency < 1000 ? `${latency} ms` : `${latency / 1000} s`}.`,
  ];
  return html`<div class="banners">
    ${texts.filter(Boolean).map((text) => html`
      <p key=${text} class="banner" role="status"><${Warning} /><span>${text}</span></p>`)}
  </div>`;
}

export function Toasts({ toasts, dismiss }) {
  return html`<div class="toasts">
    ${toasts.map(({ key, text }) => html`<div key=${key} class="toast" role="alert">
      <${Warning} /><span>${text}</span>
      <${IconButton} name="Dismiss" tip="" icon=${Cross} onClick=${() => dismiss(key)} />
    </div>`)}
  </div>`;
}

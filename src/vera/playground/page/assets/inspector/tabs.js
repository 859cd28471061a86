/** Tabs as the ARIA practices have them: one in the order of tabs, the arrows go round and choose. */

import { html } from "../vendor/htm-preact.js";

/**
 * `tabs` are {id, name, count}; the count is for the eye alone, so that a tab keeps its name while it grows.
 * The panel is the caller's, with the props of `panelOf`.
 */
export function Tabs({ label, tabs, chosen, onChoose }) {
  const move = (event) => {
    const here = tabs.findIndex((tab) => tab.id === chosen);
    const last = tabs.length - 1;
    const step = { ArrowRight: here + 1, ArrowLeft: here + last, Home: 0, End: last }[event.key];
    const next = step === undefined ? step : step % (last + 1);
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    onChoose(tabs[next].id);
    event.currentTarget.children[next].focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} onKeyDown=${move}>
    ${tabs.map(({ id, name, count }) => html`<button key=${id} type="button" role="tab" id="inspect-tab-${id}" class="tab"
      aria-selected=${id === chosen} aria-controls=${id === chosen ? "inspect-panel" : undefined}
      tabindex=${id === chosen ? 0 : -1} onClick=${() => onChoose(id)}>
      ${name}${count ? html`<span class="tab-count" aria-hidden="true">${count}</span>` : null}
    </button>`)}
  </div>`;
}

/** The attributes of the panel of the chosen tab. */
export function panelOf(chosen) {
  return { id: "inspect-panel", role: "tabpanel", "aria-labelledby": `inspect-tab-${chosen}`, tabindex: 0 };
}

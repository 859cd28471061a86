/** The switches: slow down, limit, stop and break the playground, and see Vera survive it. */

import { useNow } from "./inspector/parts.js";
import { countdown, counted, duration } from "./inspector/units.js";
import { html, useReducer, useState } from "./vendor/htm-preact.js";

const FOLD_KEY = "vera.switches";
const LATENCIES = [0, 300, 1000, 3000];
const MODELS = [["works", "works"], ["breaks", "breaks off once"], ["down", "is down"]];

/** `store` has `state.switches`, `changeSwitches(fields)` and `strike(kind)`, which return promises and need `isLive`. */
export function Switches({ store, isLive }) {
  const [isOpen, setOpen] = useState(localStorage.getItem(FOLD_KEY) !== "closed");
  const { switches } = store.state;
  if (switches.latency_ms === undefined) return null; // not told yet
  const turnOver = () => {
    localStorage.setItem(FOLD_KEY, isOpen ? "closed" : "open");
    setOpen(!isOpen);
  };
  return html`<section class="switches" role="group" aria-labelledby="switches-name">
    <header class="switches-head">
      <h3 id="switches-name">Switches</h3>
      ${isLive ? html`<${Standing} switches=${switches} />` : html`<p class="standing">Not running</p>`}
      <button type="button" class="icon-button" aria-expanded=${isOpen} onClick=${turnOver}
        aria-label=${isOpen ? "Fold the switches" : "Unfold the switches"}>
        <svg class="icon" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true">
          <path d=${isOpen ? "M4 6l4 4 4-4" : "M4 10l4-4 4 4"} />
        </svg>
      </button>
    </header>
    ${isOpen && html`<${Board} store=${store} switches=${switches} isLive=${isLive} />`}
  </section>`;
}

function Board({ store, switches, isLive }) {
  const [, redraw] = useReducer((n) => n + 1, 0);
  const [struck, setStruck] = useState("");
  const change = (fields) => store.changeSwitches(fields).catch(() => redraw()); // what was refused goes back
  const strike = (kind) => store.strike(kind).then((told) => setStruck(afterStrike(kind, told.struck)), () => {});
  return html`<div class="switches-body">
    <${Choice} name="Slack's latency" hint="How long each call takes." value=${switches.latency_ms} disabled=${!isLive}
      options=${latencies(switches.latency_ms)} onChange=${(value) => change({ latency_ms: Number(value) })} />
    <${Choice} name="Model" hint="What breaks off is asked again." value=${switches.model}
      disabled=${!isLive} options=${MODELS} onChange=${(model) => change({ model })} />
    <${Check} name="Rate limits" hint="Slack's tiers, 429s beyond." checked=${switches.rate_limits}
      disabled=${!isLive} onChange=${(checked) => change({ rate_limits: checked })} />
    <${Check} name="Vera is stopped" hint="Questions wait meanwhile." checked=${switches.stopped}
      disabled=${!isLive} onChange=${(checked) => change({ stopped: checked })} />
    <${Strike} name="Send a burst of 429s" hint=${burst(switches)} disabled=${!isLive}
      onStrike=${() => strike("burst")} />
    <${Strike} name="Kill the worker" hint=${isLive ? killing(switches) : "The playground is not running."}
      disabled=${!isLive || switches.busy === 0} onStrike=${() => strike("kill")} />
    <p class="sr-only" role="status">${struck}</p>
  </div>`;
}

/** What is going on right now, in one line. */
function Standing({ switches: { busy, retries } }) {
  const now = useNow(retries.length > 0, 500);
  return html`<p class="standing">
    ${retries.length > 0 && html`<span class="standing-retry">Lambda tries again${when(retries, now)}</span>`}
    ${busy > 0 && html`<span class="standing-busy">${counted(busy, "worker")} at work</span>`}
  </p>`;
}

/** Say when the next of them is due. */
function when(retries, now) {
  const left = Math.min(...retries.map((retry) => retry.at)) - now;
  const others = retries.length > 1 ? ` (${retries.length} wait)` : "";
  return left > 0 ? ` in ${countdown(left)}${others}` : others;
}

function Choice({ name, hint, value, options, disabled, onChange }) {
  const id = idOf(name);
  return html`<div class="switch">
    <label for=${id}>${name}</label>
    <select id=${id} value=${String(value)} disabled=${disabled} aria-describedby="${id}-hint"
      onChange=${(event) => onChange(event.currentTarget.value)}>
      ${options.map(([key, words]) => html`<option key=${key} value=${key} selected=${key === value}>${words}</option>`)}
    </select>
    <p class="switch-hint" id="${id}-hint">${hint}</p>
  </div>`;
}

function Check({ name, hint, checked, disabled, onChange }) {
  const id = idOf(name);
  return html`<div class="switch switch-check">
    <input type="checkbox" id=${id} checked=${checked} disabled=${disabled} aria-describedby="${id}-hint"
      onChange=${(event) => onChange(event.currentTarget.checked)} />
    <label for=${id}>${name}</label>
    <p class="switch-hint" id="${id}-hint">${hint}</p>
  </div>`;
}

/** A button that stays in reach when there is nothing to strike, so that its reason can be read. */
function Strike({ name, hint, disabled = false, onStrike }) {
  const id = idOf(name);
  return html`<div class="switch switch-strike">
    <button type="button" class="strike" aria-describedby="${id}-hint" aria-disabled=${disabled}
      onClick=${() => disabled || onStrike()}>${name}</button>
    <p class="switch-hint" id="${id}-hint">${hint}</p>
  </div>`;
}

function idOf(name) {
  return `switch-${name.replace(/\W+/g, "-").toLowerCase()}`;
}

function latencies(now) {
  const all = [...new Set([...LATENCIES, now])].sort((one, other) => one - other);
  return all.map((ms) => [ms, ms === 0 ? "0 ms" : ms % 1000 === 0 ? `${ms / 1000} s` : duration(ms / 1000)]);
}

function burst({ burst_left: left }) {
  return left > 0 ? `${counted(left, "call")} will be refused.` : "The next calls are refused.";
}

function killing({ busy, retries }) {
  if (busy > 0) return "Mid-sentence; Lambda tries again.";
  return retries.length > 0 ? "It is gone; Lambda tries again." : "No worker is at work right now.";
}

function afterStrike(kind, number) {
  return kind === "burst" ? `${counted(number, "call")} will be refused.` : `${counted(number, "worker")} killed.`;
}

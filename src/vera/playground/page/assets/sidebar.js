/**
 * The way around: who one is, the conversations with what is unread in them, and what this playground runs on.
 */

import { IconButton } from "./buttons.js";
import { Chevron, Cross, Keyboard, Mark } from "./icons.js";
import { ChannelSign, isWith, titleOf } from "./people.js";
import { address } from "./route.js";
import { ThemeButton } from "./theme.js";
import { html } from "./vendor/htm-preact.js";

const LONG_LABEL = 24; // characters

export function Sidebar({ state, act, current }) {
  const direct = state.channels.filter(({ kind }) => kind === "im" || kind === "mpim");
  const channels = state.channels.filter((channel) => !direct.includes(channel));
  return html`<nav class="pane sidebar" aria-label="Workspace" data-pane="nav">
    <div class="workspace">
      <span class="workspace-mark"><${Mark} /></span>
      <p class="workspace-name">${state.team.name || "Playground"}</p>
      <${IconButton} name="Close menu" tip="" icon=${Cross} className="only-narrow" onClick=${act.closeMenu} />
    </div>
    <${Who} state=${state} act=${act} />
    <div class="conversations">
      <${Section} name="Channels" channels=${channels} state=${state} act=${act} current=${current} />
      <${Section} name="Direct messages" channels=${direct} state=${state} act=${act} current=${current} />
    </div>
    <div class="sidebar-foot">
      <${About} about=${state.about} />
      <div class="sidebar-tools">
        <${ThemeButton} />
        <${IconButton} name="Keyboard shortcuts" icon=${Keyboard} onClick=${act.showShortcuts} />
      </div>
    </div>
  </nav>`;
}

function Who({ state, act }) {
  const people = [...state.people.values()].filter((person) => !person.is_bot && !person.deleted);
  const isLong = labelOf(state.people.get(state.as)).length > LONG_LABEL;
  return html`<label class="who">
    <span>You are</span>
    <select class=${isLong ? "long" : ""} value=${state.as} onChange=${(event) => act.become(event.currentTarget.value)}>
      ${people.map((person) => html`
        <option key=${person.id} value=${person.id} selected=${person.id === state.as}>${labelOf(person)}</option>`)}
    </select>
    <${Chevron} />
  </label>`;
}

function labelOf(person) {
  return `${person?.real_name || person?.name || ""}${person?.external ? " · other organisation" : ""}`;
}

function Section({ name, channels, state, act, current }) {
  if (channels.length === 0) return null;
  const heading = name.replace(" ", "-").toLowerCase();
  return html`<section>
    <h2 id=${heading}>${name}</h2>
    <ul role="list" aria-labelledby=${heading}>
      ${channels.map((channel) => html`<${Entry} key=${channel.id} channel=${channel} state=${state}
        isCurrent=${channel.id === current} onClick=${act.closeMenu} />`)}
    </ul>
  </section>`;
}

function Entry({ channel, state, isCurrent, onClick }) {
  const title = titleOf(channel, state);
  const name = channel.unread ? `${title}, ${channel.unread} unread` : title;
  const threads = Object.entries(state.threads).filter(([key]) => key.startsWith(`${channel.id}:`));
  const hasNewReplies = threads.some(([, { unread }]) => unread > 0);
  const badge = channel.kind === "im" ? channel.unread : channel.mentions;
  return html`<li>
    <a class="entry ${channel.unread ? "unread" : ""}" href=${address(channel.id)} onClick=${onClick}
      aria-current=${isCurrent ? "page" : undefined} aria-label=${name}
      aria-describedby=${hasNewReplies ? `new-replies-${channel.id}` : undefined}>
      <${ChannelSign} channel=${channel} state=${state} />
      <span class="entry-name">${title}</span>
      ${isWith(channel, state.bot) && html`
        <span class="presence ${state.switches.stopped || state.connection === "lost" ? "away" : ""}" aria-hidden="true"></span>`}
      ${hasNewReplies && html`<span class="reply-dot" hidden=${badge > 0} data-tip="New replies in threads"></span>
        <span class="sr-only" id="new-replies-${channel.id}">New replies in threads</span>`}
      ${badge > 0 && html`<span class="count-badge" aria-hidden="true">${badge > 99 ? "99+" : badge}</span>`}
    </a>
  </li>`;
}

function About({ about }) {
  if (!about.model) return null;
  const isEmbedded = about.model === "embedded";
  return html`<dl class="runs-on">
    <dt>Answers</dt>
    <dd title=${about.model}>${isEmbedded ? "Embedded model: picks sentences, is no language model" : about.model}</dd>
    <dt>Documents</dt>
    <dd title=${about.folder || about.documents}>${about.documents || "None: start with --docs FOLDER"}</dd>
  </dl>`;
}

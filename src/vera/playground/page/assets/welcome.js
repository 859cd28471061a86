/**
 * How a conversation begins: where one is and, as long as nothing was said, a few questions to try.
 */

import { Bulb } from "./icons.js";
import { Avatar, ChannelSign, isWith, titleOf } from "./people.js";
import { html } from "./vendor/htm-preact.js";

const ABOUT_VERA = [
  "How long does a lease last?",
  "What does a worker that dies leave behind?",
  "When does the receiver answer 503?",
];
const ABOUT_DOCUMENTS = ["What is this about?", "How do I get started?", "What should I look out for?"];
const ABOUT_ANYTHING = [
  "What can you help me with?", "Explain idempotency in three sentences.", "Write a haiku about queues.",
];

/** `fill(text)` puts a question into the composer. */
export function Welcome({ state, channel, isEmpty, fill }) {
  const bot = state.people.get(state.bot);
  const isDirect = isWith(channel, state.bot);
  const isThere = channel.members.includes(state.bot);
  const title = titleOf(channel, state);
  const sign = isDirect
    ? html`<${Avatar} person=${bot} size="large" />`
    : html`<${ChannelSign} channel=${channel} state=${state} />`;
  const ask = (question) => fill(isDirect ? question : `@${bot.real_name} ${question}`);
  return html`<section class="welcome">
    <div class="welcome-sign">${sign}</div>
    <p class="welcome-title">${isDirect ? `You and ${title}` : `Welcome to #${title}`}</p>
    <p class="welcome-words">${words({ state, channel, isDirect, isThere })}</p>
    ${isEmpty && isThere && bot && html`
      <p class="welcome-try"><${Bulb} />Try a question</p>
      <div class="examples">
        ${examples(state.about).map((question) => html`
          <button key=${question} class="example" type="button" onClick=${() => ask(question)}>
            ${!isDirect && html`<span class="mention">@${bot.real_name}</span>`}<span>${question}</span>
          </button>`)}
      </div>`}
  </section>`;
}

function words({ channel, isDirect, isThere }) {
  if (isDirect) return "What you write here is a question to her. She answers in its thread, where you can ask on.";
  if (channel.shared) return "Two organisations share this channel. Be somebody else, top left, to see their side.";
  if (isThere) return "Vera is in here: mention her, and she answers in the thread of your message.";
  return "Vera is not in here yet. Mention her, and you will be asked whether she should be.";
}

function examples({ documents }) {
  if (documents === "docs") return ABOUT_VERA;
  return documents ? ABOUT_DOCUMENTS : ABOUT_ANYTHING;
}

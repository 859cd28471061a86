/**
 * How a conversation begins: where one is and, as long as nothing was said, a few questions to try.
 */

import { Bulb } from "./icons.js";
import { Avatar, ChannelSign, isWith, titleOf } from "./people.js";
import { html } from "./vendor/htm-preact.js";

const WITHOUT_DOCUMENTS = "Vera has no documents to answer from. Start the playground with --docs FOLDER, or with --model ID.";

/** `fill(text)` puts a question into the composer. */
export function Welcome({ state, channel, isEmpty, fill }) {
  const bot = state.people.get(state.bot);
  const isDirect = isWith(channel, state.bot);
  const isThere = channel.members.includes(state.bot);
  const title = titleOf(channel, state);
  const { questions = [] } = state.about;
  const sign = isDirect
    ? html`<${Avatar} person=${bot} size="large" />`
    : html`<${ChannelSign} channel=${channel} state=${state} />`;
  const ask = (question) => fill(isDirect ? question : `@${bot.real_name} ${question}`);
  return html`<section class="welcome">
    <div class="welcome-sign">${sign}</div>
    <p class="welcome-title">${isDirect ? `You and ${title}` : `Welcome to #${title}`}</p>
    <p class="welcome-words">${words({ about: state.about, channel, isDirect, isThere })}</p>
    ${isEmpty && isThere && bot && questions.length > 0 && html`
      <p class="welcome-try"><${Bulb} />Try a question</p>
      <div class="examples">
        ${questions.map((question) => html`
          <button key=${question} class="example" type="button" onClick=${() => ask(question)}>
            ${!isDirect && html`<span class="mention">@${bot.real_name}</span>`}<span>${question}</span>
          </button>`)}
      </div>`}
  </section>`;
}

function words({ about, channel, isDirect, isThere }) {
  if (isThere && about.model === "embedded" && !about.documents) return WITHOUT_DOCUMENTS;
  if (isDirect) return "What you write here is a question to her. She answers in its thread, where you can ask on.";
  if (channel.shared) return "Two organisations share this channel. Be somebody else, top left, to see their side.";
  if (isThere) return "Vera is in here: mention her, and she answers in the thread of your message.";
  return "Vera is not in here yet. Mention her, and you will be asked whether she should be.";
}

/** What the events of the model and of its tools do to the view of a turn. Pure. */

import { addRow, changeRow } from "./rows.js";

export const MODEL_EVENTS = {
  model_asked(view, run, entry) {
    ask(view, run, entry, entry.at);
    view.asked ??= questionOf(entry.messages ?? []);
  },
  model_said(view, run, entry) {
    const request = run.request ?? ask(view, run, entry, entry.at);
    request.text += entry.text;
    request.rate.push({ at: entry.at, characters: entry.text.length });
    if (request.firstTextAt === null) firstText(view, request, entry.at);
  },
  model_used_tool(view, run, entry) {
    const request = run.request ?? ask(view, run, entry, entry.at);
    request.uses.push(entry);
    run.uses.push(entry);
  },
  model_broke(view, run, entry) {
    const request = run.request ?? ask(view, run, entry, entry.at);
    request.broke = entry.error;
    changeRow(request.row, { tone: "bad", detail: entry.error });
  },
  model_called(view, run, entry, from) {
    const request = run.request ?? ask(view, run, entry, from);
    Object.assign(request, { to: entry.at, called: entry, outcome: entry.outcome });
    if (entry.first_text_seconds !== null && entry.first_text_seconds !== undefined) {
      firstText(view, request, from + entry.first_text_seconds);
    }
    const good = /^(end_turn|tool_use|stop_sequence)$/.test(entry.outcome);
    const tone = good ? "ok" : /^[a-z_]+$/.test(entry.outcome) ? "warn" : "bad"; // a stop reason, or an error's name
    changeRow(request.row, { to: entry.at, tone, detail: entry.outcome });
    run.request = null;
    view.figures.inputTokens += entry.input_tokens ?? 0;
    view.figures.outputTokens += entry.output_tokens ?? 0;
  },
  tool_called(view, run, entry, from) {
    const use = run.uses.findIndex((each) => each.name === entry.name);
    const said = use < 0 ? null : run.uses.splice(use, 1)[0];
    view.tools.push({ run: run.id, from, entry, asked: said });
    const tone = entry.outcome === "failed" ? "bad" : "ok";
    addRow(view, run, { kind: "tool", name: entry.name, detail: entry.outcome, from, to: entry.at, tone, about: entry });
  },
};

/** Begin a request to the model, as far as it is known. */
function ask(view, run, entry, from) {
  const request = {
    run: run.id,
    asked: entry.event === "model_asked" ? entry : null,
    model: entry.model_id ?? "",
    from,
    to: null,
    called: null,
    text: "",
    rate: [],
    firstTextAt: null,
    uses: [],
    broke: "",
    outcome: "",
    cut: false,
  };
  request.row = addRow(view, run, { kind: "model", name: request.model || "Model", from, about: request });
  view.requests.push(request);
  run.request = request;
  return request;
}

function firstText(view, request, at) {
  request.firstTextAt = at;
  changeRow(request.row, { mark: at });
  if (view.requests[0] === request || view.figures.firstText === null) view.figures.firstText = at - view.zero;
}

/** Return who asked what, out of the last message that the model was sent. */
export function questionOf(messages) {
  const last = messages.findLast((message) => message.role === "user" && textOf(message));
  if (!last) return null;
  const text = textOf(last);
  const marked = text.match(/<question>\n?([^]*?)\n?<\/question>/);
  const said = (marked ? marked[1] : text).trim();
  const [, who, words] = said.match(/^([^\n:]{1,80}): ([^]*)$/) ?? [null, "", said];
  return { who, text: words };
}

/** Return the words of a message, without what tools brought. */
function textOf(message) {
  return (message.content ?? []).filter((piece) => piece.type === "text").map((piece) => piece.text ?? "").join("\n");
}

/**
 * What Slack writes between `<` and `>`: links, mentions, broadcasts, dates. And the few characters that it escapes.
 *
 * Only http, https, mailto and tel are links, and only if the whole address is of visible characters; whatever is no
 * token of Slack's is null here, and stays the text that it is.
 */

const TOKEN = /<([^<>\n]*)>/g;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const BROADCASTS = new Set(["here", "channel", "everyone", "group"]);
const UNSEEN = /[\s\p{Cc}\p{Cf}]/u;
const INVISIBLE = /[\u2060-\u2062\u2064]|\u200b(?![\p{L}\p{M}])|(?<![\p{L}\p{M}])\u200b/gu;

const TO_UNDO = /[&\u200b\u2060-\u2062\u2064]/;

/** Undo Slack's escaping, once: `&amp;lt;` is the text `&lt;`. */
function unescaped(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

/**
 * The text as it shows: unescaped, without the marks that only part markup from words, or that Vera finds her messages
 * by. (Between letters a zero-width space is the writer's own: some scripts break their lines there.)
 */
export function visible(text) {
  return TO_UNDO.test(text) ? unescaped(text).replace(INVISIBLE, "") : text;
}

/**
 * What a token shows.
 *
 * @param {string} inside  what stands between `<` and `>`, escaped
 * @returns {object|null} a node: `link`, `user`, `channel`, `broadcast`, `group` or `text`
 */
export function tokenNode(inside) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : visible(inside.slice(bar + 1)).trim();
  const id = target.slice(1);
  if (target[0] === "@") return /^[UWB][A-Z0-9]+$/.test(id) ? { type: "user", id, label } : null;
  if (target[0] === "#") return /^[CGD][A-Z0-9]+$/.test(id) ? { type: "channel", id, label } : null;
  return target[0] === "!" ? commandNode(id, label) : linkNode(target, label);
}

function commandNode(command, label) {
  const [name, argument] = command.split("^", 2);
  if (BROADCASTS.has(command)) return { type: "broadcast", range: command };
  if (name === "subteam" && argument) return { type: "group", id: argument, label: label.replace(/^@/, "") };
  return label ? { type: "text", text: label } : null;
}

/** A link to an address as it is written, or null. `host` is where it leads, for people. */
export function linkNode(target, label = "") {
  const url = unescaped(target);
  if (UNSEEN.test(url)) return null;
  const [, scheme, rest] = /^(https?:\/\/|mailto:|tel:)(.+)$/i.exec(url) ?? [];
  if (!scheme) return null;
  const host = scheme.endsWith("/") ? hostOf(url) : rest.split("?")[0];
  const shown = label || (scheme.endsWith("/") ? url : host);
  return host && { type: "link", url, host, children: [{ type: "text", text: shown }] };
}

function hostOf(url) {
  return URL.canParse(url) ? new URL(url).host : null;
}

/** The nodes of a text in which tokens live and nothing else does, as in code. */
export function tokensIn(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(TOKEN)) {
    const node = tokenNode(found[1]);
    if (!node) continue;
    nodes.push({ type: "text", text: visible(text.slice(from, found.index)) }, node);
    from = found.index + found[0].length;
  }
  return joined([...nodes, { type: "text", text: visible(text.slice(from)) }]);
}

/** The same nodes, with texts that touch made one, and empty ones gone. */
export function joined(nodes) {
  const whole = [];
  let text = "";
  for (const node of nodes) {
    if (node.type === "text") {
      text += node.text;
      continue;
    }
    if (text) whole.push({ type: "text", text });
    whole.push(node);
    text = "";
  }
  if (text) whole.push({ type: "text", text });
  return whole;
}

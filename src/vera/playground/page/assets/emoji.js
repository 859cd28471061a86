/**
 * Slack's emoji by name: `+1` and `thumbsup` are 👍, `+1::skin-tone-3` is 👍🏼; and the way back, a search.
 *
 * A name that Slack doesn't know has no character: callers show it as it is written.
 */
import { EMOJI } from "./emoji-names.js";

const TONES = ["\u{1f3fb}", "\u{1f3fc}", "\u{1f3fd}", "\u{1f3fe}", "\u{1f3ff}"];
const TONE_NAMES = ["light", "medium-light", "medium", "medium-dark", "dark"];
const TONED = /^(.+)::skin-tone-([2-6])$/;
const VARIATION = "\ufe0f";

/** What people reach for most: found first, and shown where nothing is searched for. */
const FAVOURITES = [
  "+1", "-1", "heart", "joy", "tada", "eyes", "white_check_mark", "pray", "fire", "rocket", "wave", "clap", "100",
  "thinking_face", "smile", "raised_hands",
];

/**
 * `names`: the name and its aliases; `said`: the same with spaces; `meaning`: the label in small letters.
 * @typedef {{name: string, char: string, label: string, toned: boolean, names: string[], said: string[],
 *   meaning: string}} Emoji
 */

/** @type {Emoji[]} */
const all = EMOJI.trim().split("\n").map(emojiFrom);
/** @type {Map<string, Emoji>} */
const byName = new Map(all.flatMap((emoji) => emoji.names.map((name) => [name, emoji])));
const byFavour = [...new Set([...FAVOURITES.map((name) => byName.get(name)), ...all])];

/** The character of a name with or without colons, or null. */
export function emojiOf(name) {
  const { emoji, tone } = found(name);
  if (!emoji) return null;
  return tone < 0 ? emoji.char : withTone(emoji, tone);
}

/** How a name is said: "thumbs up" for "+1". A name that nobody knows is said with spaces. */
export function labelOf(name) {
  const { emoji, tone } = found(name);
  if (!emoji) return bare(name).replace(/[_:-]+/g, " ").trim() || name;
  return tone < 0 ? emoji.label : `${emoji.label}, ${TONE_NAMES[tone]} skin tone`;
}

/**
 * The emoji that a few letters bring to mind, best first: the name itself, names that begin with them, names with a
 * word that does, then labels, then anything that holds them. Without letters, what people reach for most.
 *
 * @returns {{name: string, char: string, label: string}[]}
 */
export function searchEmoji(text, limit = 40) {
  const wanted = bare(text).trim().toLowerCase().replace(/[\s_]+/g, " ");
  const ranked = Array.from({ length: 6 }, () => []);
  for (const emoji of byFavour) ranked[wanted ? rank(emoji, wanted) : 0].push(emoji);
  const best = ranked.slice(0, 5).flat().slice(0, limit);
  return best.map(({ name, char, label }) => ({ name, char, label }));
}

/** 0 is best, 5 is not found. */
function rank({ said, meaning }, wanted) {
  if (said.includes(wanted)) return 0;
  if (said.some((name) => name.startsWith(wanted))) return 1;
  if (said.some((name) => hasWord(name, wanted))) return 2;
  if (hasWord(meaning, wanted)) return 3;
  return [meaning, ...said].some((text) => text.includes(wanted)) ? 4 : 5;
}

/** Whether a word of the text begins so. */
function hasWord(text, wanted) {
  return ` ${text}`.replaceAll("-", " ").includes(` ${wanted.replaceAll("-", " ")}`);
}

/** @returns {Emoji} */
function emojiFrom(line) {
  const [written, label] = line.split("|");
  const [char, ...names] = written.split(" ");
  const toned = char.endsWith("!");
  const said = names.map((name) => name.replaceAll("_", " "));
  return {
    name: names[0],
    char: toned ? char.slice(0, -1) : char,
    label: label ?? names[0].replace(/[_-]/g, " "),
    toned,
    names,
    said,
    meaning: (label ?? said[0]).toLowerCase(),
  };
}

function found(name) {
  const known = byName.get(bare(name));
  const toned = known ? null : TONED.exec(bare(name));
  const emoji = toned ? byName.get(toned[1]) : known;
  return toned && !emoji?.toned ? { emoji: null, tone: -1 } : { emoji, tone: toned ? Number(toned[2]) - 2 : -1 };
}

/** The tone follows the first character, whose variation selector gives way to it. */
function withTone({ char }, tone) {
  const [first, ...rest] = char;
  return [first, TONES[tone], ...(rest[0] === VARIATION ? rest.slice(1) : rest)].join("");
}

function bare(name) {
  return name.replace(/^:|:$/g, "");
}

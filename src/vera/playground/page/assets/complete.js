/**
 * What could complete the word before the caret: people after `@`, channels after `#`, emoji after `:`.
 */

import { searchEmoji } from "./emoji.js";

const MOST = 8;
const PATTERNS = [
  ["@", /(?:^|[\s(])@([\p{L}\p{N}._-]*(?: [\p{L}\p{N}._-]+)?)$/u],
  ["#", /(?:^|[\s(])#([\p{L}\p{N}._-]*)$/u],
  [":", /(?:^|[\s(]):([\p{L}\p{N}_+-]{2,})$/u],
];
const REST = /^(?:[._+-]*[\p{L}\p{N}])*/u;
const EVERYBODY = [
  { name: "here", about: "Notify everybody who is active" },
  { name: "channel", about: "Notify everybody in here" },
];

/** @typedef {{key: string, name: string, about: string, insert: string, person?: object, char?: string}} Option */

/**
 * Return `{caret, from, to, options}`, the word with its sign being there; null where nothing is to be completed. What
 * is behind the caret belongs to the word if that can be completed as well.
 *
 * `known` is `{people, channels, bot}`; who is in `channel` comes first, and Vera before everybody.
 */
export function completion(text, caret, known, channel) {
  const before = text.slice(0, caret);
  if (before.split("```").length % 2 === 0) return null;
  for (const [sign, pattern] of PATTERNS) {
    const word = pattern.exec(before)?.[1];
    if (word === undefined) continue;
    const search = (letters) => SEARCHES[sign](letters.toLowerCase(), known, channel);
    const options = search(word);
    if (options.length === 0) return null;
    const [rest] = REST.exec(text.slice(caret));
    let to = rest && search(word + rest).length > 0 ? caret + rest.length : caret;
    if (sign === ":" && text[to] === ":") to += 1;
    if (text[to] === " ") to += 1; // what is inserted ends in one
    return { caret, from: caret - word.length - 1, to, options };
  }
  return null;
}

function people(word, { people: all, bot }, channel) {
  const found = [...all.values()].filter((person) => !person.deleted && begins(person, word));
  const rank = ({ id }) => (id === bot ? 0 : channel.members.includes(id) ? 1 : 2);
  found.sort((one, other) => rank(one) - rank(other) || one.real_name.localeCompare(other.real_name));
  const named = found.map((person) => {
    const name = person.real_name || person.name;
    const handle = isShared(name, person, all) && person.name;
    const about = [handle && `@${handle}`, rank(person) === 2 && "not in here"].filter(Boolean).join(", ");
    return { key: person.id, name, about, insert: `@${handle || name} `, person };
  });
  const all_ = channel.kind === "im" ? [] : EVERYBODY.filter(({ name }) => name.startsWith(word));
  return [...named, ...all_.map(({ name, about }) => ({ key: name, name, about, insert: `@${name} ` }))].slice(0, MOST);
}

function begins({ name, real_name }, word) {
  const parts = [name, real_name, ...real_name.split(/\s+/)];
  return parts.some((part) => part.toLowerCase().startsWith(word));
}

/** Whether somebody else is called so too: then only the handle says who is meant. */
function isShared(name, person, all) {
  const isSame = (other) => other?.toLowerCase() === name.toLowerCase();
  const others = [...all.values()].filter((other) => other !== person && !other.deleted);
  return others.some((other) => isSame(other.real_name) || isSame(other.name));
}

function channels(word, { channels: all }) {
  const found = all.filter(({ kind, name }) => kind !== "im" && kind !== "mpim" && name.startsWith(word));
  return found.slice(0, MOST).map(({ id, name, topic }) => ({ key: id, name, about: topic, insert: `#${name} ` }));
}

function emoji(word) {
  return searchEmoji(word, MOST).map(({ name, char }) => ({ key: name, name, about: "", insert: `:${name}: `, char }));
}

const SEARCHES = { "@": people, "#": channels, ":": emoji };

/**
 * What somebody types, as the mrkdwn that it is about to become: shown until the posted message is here.
 *
 * The server does it for good (`typed.py`, which also knows code spans, channels and links).
 */

/** @param {Map<string, {id: string, name: string, real_name: string}>} people */
export function typed(text, people) {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return byName(people).reduce((mrkdwn, [name, id]) => mrkdwn.replaceAll(`@${name}`, `<@${id}>`), escaped);
}

/** Whether `text` calls this person by name. */
export function names(text, person) {
  const said = text.toLowerCase();
  return [person.real_name, person.name].some((name) => {
    const [, ...after] = said.split(`@${name.toLowerCase()}`);
    return after.some((rest) => !/^[\p{L}\p{N}_]/u.test(rest));
  });
}

function byName(people) {
  const names = [...people.values()].flatMap(({ id, name, real_name }) => [[real_name, id], [name, id]]);
  return names.filter(([name]) => name).sort(([one], [other]) => other.length - one.length);
}

/** Figures as people read them: a number with its unit, never more digits than mean something. Pure. */

const whole = new Intl.NumberFormat("en");

/** Say how long something took: "0.4 ms", "214 ms", "3.42 s", "12.3 s", "2 min 5 s". */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  const ms = Math.max(0, seconds) * 1000;
  if (ms < 0.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return minutes(Math.round(seconds));
}

/** Say how long is left, in whole seconds. */
export function countdown(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  return left < 60 ? `${left} s` : minutes(left);
}

function minutes(seconds) {
  const rest = seconds % 60;
  return `${whole.format(Math.floor(seconds / 60))} min${rest ? ` ${rest} s` : ""}`;
}

/** Say when, counted from the question: "+214 ms". */
export function since(seconds) {
  return seconds < 0 ? `−${duration(-seconds)}` : `+${duration(seconds)}`;
}

/** Say a count: "1,204". */
export function count(number) {
  return whole.format(number);
}

/** Say a count of things: "1 message", "3 messages". */
export function counted(number, noun) {
  return `${whole.format(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** Say a time of day, where the reader is: "10:04:31". */
export function clock(at) {
  return new Date(at * 1000).toLocaleTimeString("en-GB");
}

/**
 * Return an axis for `seconds` that begin `offset` after zero: its length, rounded up so that it grows in few steps, and
 * some marks on it, round numbers counted from zero. What is `over` needs no room to grow.
 */
export function axis(seconds, offset = 0, over = false) {
  const room = ENDS.find((each) => each >= seconds) ?? Math.ceil(seconds / 60) * 60;
  const end = over ? Math.max(seconds * 1.01, 0.01) : room;
  const step = STEPS.find((each) => end / each <= 3.6) ?? Math.ceil(end / 240) * 60;
  const marks = [];
  for (let at = Math.ceil(offset / step - 1e-6) * step; at < offset + end * 0.92; at += step) marks.push(at - offset);
  return { end, marks };
}

const FIRST = [1, 1.5, 2, 3, 4, 5, 6, 8];
const ENDS = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, ...FIRST, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300];
const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 15, 20, 30, 60];

/**
 * Return the labels of an axis that fit beside each other, its beginning first: [{at, words, isTight}]. Tight ones don't
 * fit where the axis is short.
 */
export function labelled(marks, end, offset) {
  const free = { wide: 0, short: 0 }; // from which part of the axis on there is room
  const labels = [];
  for (const at of [0, ...marks.filter((each) => each > end / 1000)]) {
    const words = mark(offset + at);
    if (at / end < free.wide) continue;
    const isTight = at / end < free.short;
    labels.push({ at, words, isTight });
    free.wide = at / end + widthOf(words) / WIDE_AXIS;
    if (!isTight) free.short = at / end + widthOf(words) / SHORT_AXIS;
  }
  return labels;
}

const WIDE_AXIS = 170; // pixels
const SHORT_AXIS = 95;

function widthOf(words) {
  return words.length * 5.4 + 6;
}

/** Say a mark of an axis: as short as it can be. */
export function mark(seconds) {
  if (seconds < 1e-9) return "0";
  return seconds < 0.9995 ? `${Math.round(seconds * 1000)} ms` : `${Number(seconds.toFixed(seconds < 10 ? 2 : 1))} s`;
}

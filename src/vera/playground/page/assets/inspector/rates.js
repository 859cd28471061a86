/** How fast a text came: characters a second, in as many steps as can be drawn. Pure. */

const STEP_SECONDS = 0.1; // what the journal gathers
const MOST_STEPS = 120;

/** Return {values: 0 to 1 from the first text to the end, most: characters a second at the highest}. */
export function rates(request, now) {
  const { rate } = request;
  if (rate.length === 0) return { values: [], most: 0 };
  const from = rate[0].at - STEP_SECONDS;
  const until = Math.max(rate.at(-1).at, request.to === null ? Math.min(now, rate.at(-1).at + 5) : 0);
  const step = Math.max(STEP_SECONDS, (until - from) / MOST_STEPS);
  const sums = new Array(Math.max(1, Math.ceil((until - from) / step - 1e-6))).fill(0);
  for (const { at, characters } of rate) sums[Math.min(sums.length - 1, Math.floor((at - from) / step - 1e-6))] += characters;
  const most = Math.max(...sums);
  return { values: sums.map((sum) => sum / most), most: Math.round(most / step) };
}

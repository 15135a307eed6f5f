/** What a server allows. Infinity: it does not say. */
export interface Allowed {
  readonly inFlight: number;
  readonly callsPerSecond: number;
  readonly submitsPerSecond: number;
}

// Fine enough: a tenth of the lag that matters here.
const stepMs = 25;

/**
 * Jobs a second that polls can reach within these limits, even if calls take no time and the distribution of run times
 * is known: `sampleMs` is a large sample of it, in ms. Every request that is let in runs at once, and its place counts
 * as taken until a poll has found it ended.
 */
export function bestRate(
  { inFlight, callsPerSecond, submitsPerSecond }: Allowed,
  sampleMs: readonly number[],
): number {
  const meanMs = sampleMs.reduce((sum, ms) => sum + ms, 0) / sampleMs.length;
  if (callsPerSecond === Number.POSITIVE_INFINITY)
    return Math.min((inFlight * 1_000) / meanMs, submitsPerSecond);
  const ages = ended(sampleMs);
  let [best, cheap, dear] = [0, 0.01, 10_000];
  for (let round = 0; round < 40; round += 1) {
    const price = Math.sqrt(cheap * dear);
    const { polls, lagMs } = bestSchedule(ages, price);
    const byPlaces = (inFlight * 1_000) / (meanMs + lagMs);
    const byCalls = callsPerSecond / (1 + polls);
    best = Math.max(best, Math.min(byPlaces, byCalls));
    if (byCalls < byPlaces) cheap = price;
    else dear = price;
  }
  return Math.min(best, submitsPerSecond);
}

/** By age in steps: the share that has ended by then, and the sum of their ages in ms. */
interface Ended {
  readonly share: Float64Array;
  readonly sumMs: Float64Array;
}

function ended(sampleMs: readonly number[]): Ended {
  const maxMs = sampleMs.reduce((longest, ms) => Math.max(longest, ms), 0);
  const steps = Math.ceil(maxMs / stepMs) + 1;
  const share = new Float64Array(steps);
  const sumMs = new Float64Array(steps);
  for (const ms of sampleMs) {
    const step = Math.ceil(ms / stepMs);
    share[step] = (share[step] as number) + 1 / sampleMs.length;
    sumMs[step] = (sumMs[step] as number) + ms / sampleMs.length;
  }
  for (let step = 1; step < steps; step += 1) {
    share[step] = (share[step] as number) + (share[step - 1] as number);
    sumMs[step] = (sumMs[step] as number) + (sumMs[step - 1] as number);
  }
  return { share, sumMs };
}

/**
 * Polls and lag of a job under the schedule that is best where a poll costs as much as `price` ms of lag: from the last
 * age backwards, the next poll stands where the polls and the lag from there on cost least.
 */
function bestSchedule(
  { share, sumMs }: Ended,
  price: number,
): { readonly polls: number; readonly lagMs: number } {
  const last = share.length - 1;
  const polls = new Float64Array(last + 1);
  const lagMs = new Float64Array(last + 1);
  for (let age = last - 1; age >= 0; age -= 1) {
    const left = 1 - (share[age] as number);
    let least = Number.POSITIVE_INFINITY;
    for (let next = age + 1; next <= last; next += 1) {
      const endedNow = (share[next] as number) - (share[age] as number);
      const lag = next * stepMs * endedNow - ((sumMs[next] as number) - (sumMs[age] as number));
      // What comes between can only add to it.
      if (lag >= least) break;
      const [all, allLag] = [left + (polls[next] as number), lag + (lagMs[next] as number)];
      if (price * all + allLag >= least) continue;
      least = price * all + allLag;
      polls[age] = all;
      lagMs[age] = allLag;
    }
  }
  return { polls: polls[0] as number, lagMs: lagMs[0] as number };
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diceOf } from '../support/dice.ts';
import { type LimitedRun, limitedRun, type PaceLimit } from '../support/limited-run.ts';
import { fixedMinute, type Hint, slidingMinute, tokenBucket } from '../support/submission-gates.ts';

// In virtual time: a hundred jobs for a server that takes some submissions a minute, and what becomes of them. The share
// is of what one could have who knows the limit; the count of refusals holds those that try the limit again later.

const minuteMs = 60_000;
const hints = ['none', 'seconds', 'date', 'exact'] as const satisfies readonly Hint[];
const short = { kind: 'fixed', ms: 500 } as const;
const usual = { kind: 'lognormal', medianMs: 4_000, sigma: 0.5 } as const;

function bucket(perMinute: number, burst: number): PaceLimit {
  return {
    gate: () => tokenBucket(perMinute, burst),
    idealMs: (n) => ((n - burst) * minuteMs) / perMinute,
  };
}

function sliding(perMinute: number): PaceLimit {
  const minutes = (n: number): number => Math.floor((n - 1) / perMinute);
  return { gate: () => slidingMinute(perMinute), idealMs: (n) => minutes(n) * minuteMs };
}

/** The server's minute ends 20 s after the start. */
function fixed(perMinute: number): PaceLimit {
  const ideal = sliding(perMinute).idealMs;
  return { gate: () => fixedMinute(perMinute, 20_000), idealMs: (n) => Math.max(0, ideal(n) - 40_000) };
}

// When a minute of the server's own ends is not known before it has: that costs some seconds of each.
const paces: readonly [string, PaceLimit, number][] = [15, 30, 60].flatMap((perMinute) => [
  [`${perMinute} a minute, one at a time`, bucket(perMinute, 1), 0.85],
  [`${perMinute} a minute with a burst of 10`, bucket(perMinute, 10), 0.85],
  [`${perMinute} in any minute`, sliding(perMinute), 0.85],
  [`${perMinute} from one full minute to the next`, fixed(perMinute), 0.7],
]);

const runs: readonly [string, Pick<LimitedRun, 'fixed' | 'latency'>][] = [
  ['a window that adapts', { fixed: null, latency: usual }],
  ['64 at once', { fixed: 64, latency: short }],
];

describe.each(runs)('%s', (_kind, run) => {
  describe.each(hints)('with Retry-After: %s', (hint) => {
    test.each(paces)('find a server that takes %s', async (_name, pace, least) => {
      const { share, refused } = await limitedRun({ ...run, hint, pace });
      expect(share).toBeGreaterThan(least);
      expect(refused.length).toBeLessThan(40);
      expect(refused.filter((at) => at < 5).length).toBeLessThan(10);
    });
  });
});

describe('two limits at once', () => {
  test('32 in flight and 50 calls a second cost a fixed window no more than one that adapts', async () => {
    const limits = { inFlightLimit: 32, requestsPerSecond: 50, hint: 'seconds', latency: short } as const;
    const [fixedWindow, adapting] = await Promise.all([
      limitedRun({ ...limits, jobs: 1_000, fixed: 64 }),
      limitedRun({ ...limits, jobs: 1_000, fixed: null }),
    ]);
    // Two calls a job: 40 s.
    expect(fixedWindow.tookMs).toBeLessThan(46_000);
    expect(adapting.tookMs).toBeLessThan(46_000);
    expect(fixedWindow.refused.length).toBeLessThan(40);
  });

  test.each(hints)('4 in flight bind where 60 a minute do not (%s)', async (hint) => {
    const run = { fixed: 64, latency: { kind: 'fixed', ms: 6_000 }, hint, inFlightLimit: 4 } as const;
    const { tookMs, refused } = await limitedRun({ ...run, pace: bucket(60, 10) });
    expect((96 / 4) * 6_000).toBeGreaterThan(0.85 * tookMs);
    expect(refused.length).toBeLessThan(30);
  });

  test.each(hints)('60 a minute bind where 16 in flight do not (%s)', async (hint) => {
    const run = { fixed: 64, latency: usual, hint, inFlightLimit: 16, pace: bucket(60, 10) } as const;
    const { share, refused } = await limitedRun(run);
    expect(share).toBeGreaterThan(0.85);
    expect(refused.length).toBeLessThan(30);
  });

  test('20 calls a second beside 60 submissions a minute are told apart', async () => {
    const run = { fixed: null, latency: usual, requestsPerSecond: 20, pace: bucket(60, 10) } as const;
    const { share } = await limitedRun({ ...run, hint: 'seconds' });
    expect(share).toBeGreaterThan(0.85);
  });
});

describe('a limit that changes', () => {
  /** From one moment of the run on, or until then. */
  function only(limit: PaceLimit, isOn: (ms: number) => boolean): PaceLimit {
    return {
      ...limit,
      gate: () => {
        const gate = limit.gate();
        let startedAt: number | null = null;
        const on = (now: number): boolean => {
          startedAt ??= now;
          return isOn(now - startedAt);
        };
        return {
          waitMs: (now) => (on(now) ? gate.waitMs(now) : null),
          passed: (now) => on(now) && gate.passed(now),
        };
      },
    };
  }

  test.each(hints)('and is gone after a minute is given up within a minute more (%s)', async (hint) => {
    const pace = only(bucket(15, 10), (ms) => ms < minuteMs);
    const { tookMs } = await limitedRun({ fixed: 64, latency: usual, hint, pace, jobs: 300 });
    expect(tookMs).toBeLessThan(2.5 * minuteMs);
  });

  test.each(hints)('and comes in the middle is found (%s)', async (hint) => {
    const pace = only(bucket(30, 1), (ms) => ms > 20_000);
    const { accepted, refused } = await limitedRun({ fixed: 64, latency: usual, hint, pace, jobs: 400 });
    const later = accepted.filter((at) => at > 20).length;
    expect(later).toBeGreaterThan(100);
    expect((accepted.at(-1) ?? 0) - 20).toBeLessThan((2 * later) / 0.7);
    expect(refused.length).toBeLessThan(40);
  });
});

describe('submissions that are refused for no reason', () => {
  test.each([
    [0.02, 'none', 1.1],
    [0.02, 'seconds', 1.1],
    [0.1, 'none', 2.2],
    [0.1, 'seconds', 2.2],
  ] as const)(
    '%d of them, with Retry-After: %s, cost little beyond their own wait',
    async (share, hint, most) => {
      const run = { fixed: null, latency: usual, hint, jobs: 800, halfTripMs: 10 } as const;
      const dice = diceOf(5);
      const refusesAnyway = (call: string): boolean => call === 'submit' && dice() < share;
      const [calm, refused] = [await limitedRun(run), await limitedRun({ ...run, refusesAnyway })];
      expect(refused.refused.length).toBeGreaterThan(5);
      expect(refused.tookMs / calm.tookMs).toBeLessThan(most);
    },
  );
});

describe('whatever the limit', () => {
  const members = fc.record({
    perMinute: fc.integer({ min: 10, max: 120 }),
    burst: fc.integer({ min: 1, max: 20 }),
    kind: fc.constantFrom('bucket', 'sliding', 'fixed'),
    hint: fc.constantFrom(...hints),
    fixed: fc.constantFrom(null, 16, 64),
    latency: fc.constantFrom(short, usual),
    halfTripMs: fc.constantFrom(10, 50, 150),
  });

  test('three quarters of it are used, and at most one submission in three is refused', async () => {
    await fc.assert(
      fc.asyncProperty(members, async ({ perMinute, burst, kind, ...run }) => {
        const pace = {
          bucket: bucket(perMinute, burst),
          sliding: sliding(perMinute),
          fixed: fixed(perMinute),
        };
        const jobs = 2 * perMinute + 40;
        const { share, refused } = await limitedRun({ ...run, pace: pace[kind as keyof typeof pace], jobs });
        expect(share).toBeGreaterThan(0.75);
        expect(refused.length).toBeLessThan(jobs / 3);
      }),
      { seed: 20_261_128, numRuns: 60 },
    );
  });
});

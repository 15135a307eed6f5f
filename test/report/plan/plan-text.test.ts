import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/core/complaints.ts';
import type { PlanAxisView } from '../../../src/report/plan/plan-axes-text.ts';
import type { PlanChangeView } from '../../../src/report/plan/plan-change-text.ts';
import { type PlanView, planText } from '../../../src/report/plan/plan-text.ts';
import { textWidth } from '../../../src/report/terminal/text-width.ts';
import { fakeStream, hostileParts, hostileText, tallyOf } from '../report-builders.ts';

const piped = () => fakeStream().terminal();

const ideogram = {
  model: 'ideogram/ideogram-v2/generate',
  jobs: 1_632,
  toSubmit: 1_320,
  price: null,
  baseUsd: null,
};
const banana = {
  model: 'google/nano-banana-2/text-to-image',
  jobs: 10,
  toSubmit: 10,
  price: { usd: 0.06, unit: 'output' },
  baseUsd: 0.6,
} as const;

function plan(part: Partial<PlanView>): PlanView {
  return {
    sources: ['parti.tsv', 'more.csv'],
    dir: 'out/parti',
    rows: 1_656,
    axes: [],
    selection: null,
    counts: tallyOf({ pending: 1_330, running: 2, done: 306, failed: 3, unknown: 1 }).counts,
    added: 1_300,
    changed: 0,
    changes: [],
    removed: 4,
    joined: 14,
    models: [ideogram, banana],
    balanceUsd: null,
    samples: [
      {
        file: 'files/a-purple-cat/seed1-5f1c9ae0.*',
        model: ideogram.model,
        body: { prompt: 'a purple cat', seed: 1 },
      },
    ],
    warnings: [],
    notes: [],
    skipped: [],
    ...part,
  };
}

function linesOf(part: Partial<PlanView>): string[] {
  return planText(plan(part), piped()).split('\n');
}

const seed: PlanAxisView = { name: 'seed', values: [1, 2, 3, 4], count: 4, linkedWith: [] };
const style: PlanAxisView = { name: 'style', values: ['anime', 'realistic'], count: 2, linkedWith: [] };

const newSeeds: PlanAxisView = { name: 'seed', values: [], count: 4, linkedWith: [] };

const change: PlanChangeView = {
  job: '5f1c9ae0b7d2443e',
  name: 'cat-1',
  row: 'cats.csv:12',
  was: '0123456789abcdef',
  wasState: 'done',
  inputs: [{ name: 'prompt', from: 'a cat', to: 'a dog' }],
};

describe('planText', () => {
  test('says how many new jobs come from how many favourites, and counts the whole plan', () => {
    const variation = { favourites: 3, jobs: 24 };
    const counts = tallyOf({ pending: 25, done: 30 }).counts;
    const varied = { variation, counts, rows: 3, added: 20, removed: 0, axes: [style, newSeeds] };
    expect(linesOf({ ...varied, joined: 0 }).slice(0, 10)).toEqual([
      '20 new jobs of 3 favourites → out/parti',
      '',
      '  3 favourites × 2 style × 4 seed = 24 jobs',
      '  style   2   anime, realistic',
      '  seed    4   different for each favourite',
      '',
      '  new         20',
      '  existing     4   already planned as variations',
      '  pending      5   planned earlier, not submitted yet',
      '  done        30   kept',
    ]);
    const selection = { of: 24, sample: null, shuffle: false, limit: 20 };
    expect(linesOf({ ...varied, selection })[0]).toContain('20 new jobs of 3 favourites (--limit 20)');
  });

  test('says what would be sent, what exists already and what it would cost', () => {
    expect(planText(plan({}), piped())).toBe(`1,642 jobs from parti.tsv, more.csv → out/parti

  new         1,300
  pending        30   planned earlier, not submitted yet
  in flight       2   already on the server; collected, not sent again
  done          306   kept
  failed          3   not retried
  unknown         1   on hold; may have been billed
  removed         4   no longer in the input; records and files are kept
  duplicates     14   of 1,656 rows, each generated once

  ideogram/ideogram-v2/generate        1,320 × price unknown
  google/nano-banana-2/text-to-image      10 × $0.06 per output = $0.60
  More than $0.60 (base prices; the actual charge may differ)

  The request and its file
    {"prompt":"a purple cat","seed":1}
      → files/a-purple-cat/seed1-5f1c9ae0.*
`);
  });

  test('says in one line that there is nothing to do', () => {
    const settled = (counts: Parameters<typeof tallyOf>[0]) =>
      planText(plan({ counts: tallyOf(counts).counts, added: 0 }), piped());
    expect(settled({ done: 1_632 })).toBe('Nothing to do: all 1,632 jobs in out/parti are done.\n');
    expect(settled({ done: 1 })).toBe('Nothing to do: the only job in out/parti is done.\n');
    expect(settled({ done: 5, failed: 2, lost: 1, unknown: 1 })).toBe(
      'Nothing to do: 5 of 9 jobs in out/parti are done, 3 did not succeed, 1 is unclear.\n',
    );
    const missing = { jobs: 0, files: 0, example: null, sample: { nth: 7, ofFiles: 1_000_000 } };
    expect(planText(plan({ counts: tallyOf({ done: 1_000_000 }).counts, added: 0, missing }), piped())).toBe(
      'Nothing to do: all 1,000,000 jobs in out/parti are done.\nChecked one in 7 of 1,000,000 files; none is missing. Check them all: rcb fetch out/parti\n',
    );
  });

  test('names a price only if it is known', () => {
    expect(planText(plan({ models: [ideogram] }), piped())).toContain('\n  Price unknown\n');
    expect(planText(plan({ models: [banana] }), piped())).toContain('\n  About $0.60 (base prices');
    const rehearsed = planText(plan({ models: [banana], rehearsed: true }), piped());
    expect(rehearsed).toContain('\n  About $0.60 (simulated prices; a rehearsal is free)\n');
  });

  test('fits samples to the terminal and shows foreign text without obeying it', () => {
    const sample = { file: 'files/x.*', model: 'm', body: { prompt: hostileText.repeat(9) } };
    const view = plan({
      samples: [sample],
      sources: [hostileText],
      dir: hostileText,
      models: [{ ...ideogram, model: hostileText }],
    });
    const text = planText(view, fakeStream(60).terminal({ NO_COLOR: '1' }));
    expect(text).not.toMatch(hostileParts);
    expect(text).not.toContain('\u001b');
    const body = text.split('\n').find((line) => line.includes('"prompt"')) as string;
    expect(textWidth(body)).toBe(60);
  });

  test('shows the grid as a multiplication, with the values of each axis', () => {
    const counts = tallyOf({ pending: 13_056 }).counts;
    const base = { rows: 1_632, joined: 0, counts };
    const lines = linesOf({ ...base, axes: [seed, style] });
    expect(lines.slice(0, 6)).toEqual([
      '13,056 jobs from parti.tsv, more.csv → out/parti',
      '',
      '  1,632 rows × 4 seed × 2 style = 13,056 jobs',
      '  seed    4   1, 2, 3, 4',
      '  style   2   anime, realistic',
      '',
    ]);
  });

  test('counts linked axes once, and explains why there are fewer jobs than combinations', () => {
    const linked = [
      { ...style, linkedWith: ['mood'] },
      seed,
      { name: 'mood', values: ['calm', 'a, b'], count: 2, linkedWith: ['style'] },
    ];
    const product = (jobs: number, joined: number, selection: PlanView['selection'] = null) =>
      linesOf({ rows: 10, axes: linked, joined, counts: tallyOf({ pending: jobs }).counts, selection })[2];
    expect(product(80, 0)).toBe('  10 rows × 2 style+mood × 4 seed = 80 jobs');
    expect(product(72, 8)).toBe(
      '  10 rows × 2 style+mood × 4 seed = 80 combinations; 8 are duplicates → 72 jobs',
    );
    expect(product(60, 8)).toBe(
      '  10 rows × 2 style+mood × 4 seed = 80 combinations; 20 are duplicates, excluded or fixed by their row → 60 jobs',
    );
    expect(product(5, 0, { of: 80, sample: 5, shuffle: false, limit: null })).toBe(product(80, 0));
    expect(linesOf({ axes: linked })[5]).toBe('  mood    2   calm, "a, b"   linked with style');
  });

  test('cuts long axes to the first few and the last', () => {
    const values = Array.from({ length: 100 }, (_, n) => n + 1);
    const long = (count: number) =>
      linesOf({ rows: 0, axes: [{ name: 'seed', values, count, linkedWith: [] }] })[2];
    expect(long(100)).toBe('  seed   100   1, 2, 3, 4, 5, … 100');
    expect(long(5_000)).toBe('  seed   5,000   1, 2, 3, 4, 5, …');
  });

  test('says what was selected from a larger plan', () => {
    const selection = { of: 13_056, sample: 100, shuffle: true, limit: 20 };
    expect(linesOf({ counts: tallyOf({ pending: 20 }).counts, selection })[0]).toBe(
      '20 of 13,056 jobs (--sample 100, --shuffle, --limit 20) from parti.tsv, more.csv → out/parti',
    );
  });

  test('shows what changed between the counts and the prices', () => {
    expect(planText(plan({ changes: [change], changed: 1 }), piped())).toContain(
      'generated once\n\n  One row was edited\n    cats.csv:12 (cat-1): prompt "a cat" → "a dog"; a new job, the old one stays done\n\n  ideogram',
    );
  });

  test('shows the balance, and warns if it is less than the base price', () => {
    const priced = (balanceUsd: number | null, models: PlanView['models']) =>
      planText(plan({ models, balanceUsd }), piped());
    expect(priced(12.5, [banana])).toContain('may differ)\n  Balance $12.50\n');
    expect(priced(0.6, [banana])).toContain('\n  Balance $0.60\n');
    expect(priced(0.5, [ideogram, banana])).toContain(
      '\n  warning: Balance $0.50: less than the base price of $0.60; jobs that it does not cover stay pending\n',
    );
    expect(priced(-1, [ideogram])).toContain('\n  warning: Balance -$1.00: it is empty');
    expect(priced(null, [banana])).not.toContain('Balance');
  });

  test('groups the rows that --skip-invalid skips by kind, even when there is nothing else to do', () => {
    const skipped = (line: number, kind: string): Problem => ({
      severity: 'error',
      place: { file: 'cats.csv', line, column: 3 },
      kind,
      message: `style "x${line}" is not allowed`,
    });
    const rows = [skipped(4, 'enum'), skipped(4, 'type'), skipped(9, 'enum')];
    const listed = `2 rows skipped (--skip-invalid)
    cats.csv:4:3 style "x4" is not allowed
        and 1 more of this kind (enum)
    cats.csv:4:3 style "x4" is not allowed
`;
    expect(planText(plan({ skipped: rows }), piped())).toContain(`\n\n  ${listed}`);
    const settled = { counts: tallyOf({ done: 3 }).counts, added: 0, skipped: rows };
    expect(planText(plan(settled), piped())).toBe(
      `  ${listed}Nothing to do: all 3 jobs in out/parti are done.\n`,
    );
  });

  test('obeys nothing in axes, changes and skipped rows', () => {
    const view = plan({
      axes: [{ name: hostileText, values: [hostileText, 'b'], count: 2, linkedWith: [hostileText] }],
      changes: [
        {
          ...change,
          name: hostileText,
          row: hostileText,
          model: { from: hostileText, to: 'b' },
          inputs: [{ name: hostileText, from: hostileText, to: hostileText.repeat(20) }],
        },
      ],
      changed: 1,
      skipped: [
        {
          severity: 'error',
          place: { file: hostileText, line: 1, column: null },
          kind: hostileText,
          message: hostileText,
        },
      ],
    });
    expect(planText(view, piped())).not.toMatch(hostileParts);
  });
});

describe('models whose machines are paid by the second', () => {
  const price = { usd: 0.000_275, unit: 'machine_second' } as const;
  const deployment = { model: 'own/poster', jobs: 12, toSubmit: 12, price, baseUsd: null };
  const whole = {
    ...{ jobs: 12, bytes: null, freeBytes: null, durationMs: 264_000, pricesLookedUp: true, pastJobs: 20 },
    ...{ window: { atOnce: 12, perMinute: null }, byTime: 12, idleUsd: 0.33 },
  };

  test('show the price per hour, how long a job takes, and what starting and idle machines may cost on top', () => {
    const estimate = { ...whole, usd: 0.0264, unpriced: 0, source: 'history' } as const;
    const capacity = { atOnce: 12, requests: 12, machines: 4, asked: 64 };
    const lines = linesOf({ models: [{ ...deployment, estimate }], estimate, capacity });
    const from = lines.findIndex((line) => line.includes('own/poster'));
    expect(lines.slice(from, from + 4)).toEqual([
      '  own/poster   12 × $0.99 per machine hour, about 8s each (your last 20 jobs) = $0.0264',
      '  About $0.0264 by machine time · about 4m20s at 12 at once',
      '  On top, for machines to start and idle: up to $0.33',
      '  12 at once (not 64): 4 machines take 12 requests',
    ]);
  });

  test('say that nobody knows yet how long a job takes, and how to find out', () => {
    const estimate = {
      ...whole,
      usd: 0,
      unpriced: 12,
      source: null,
      durationMs: null,
      window: null,
    } as const;
    const text = linesOf({ models: [{ ...deployment, estimate }], estimate }).join('\n');
    expect(text).toContain('12 × $0.99 per machine hour\n');
    expect(text).toContain(
      'Price unknown: nobody knows yet how long a job takes; find out with 4 jobs: add --canary 4',
    );
  });
});

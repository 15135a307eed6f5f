import { describe, expect, test } from 'vitest';
import type { BoundedOverview } from '../../../src/core/job/overview.ts';
import { failureLines, suspectLines } from '../../../src/report/folder/trouble-text.ts';
import { textWidth } from '../../../src/report/terminal/text-width.ts';
import {
  bare,
  fakeStream,
  hostileParts,
  hostileText,
  quietAccount,
  quietOverview,
} from '../report-builders.ts';

const example = '5f1c9ae0b7d2443e';
const others = ['77aa0011b7d2443e', '99bb2233b7d2443e', 'cc00dd11b7d2443e'];

const nsfw = {
  class: 'model',
  message: 'NSFW content detected.',
  jobs: 12,
  example,
  next: 'rcb retry out/cats',
  remedy: 'retry',
} as const;
const doubt = {
  class: 'unknown_submit',
  message: 'No usable answer came.',
  jobs: 3,
  example: others[0] as string,
  next: 'rcb reconcile out/cats',
  remedy: 'reconcile',
} as const;
const troubled: BoundedOverview = {
  ...quietOverview,
  failures: [nsfw, doubt],
  duds: {
    same: [
      { sha256: 'ab'.repeat(32), jobs: [example, ...others] },
      { sha256: 'cd'.repeat(32), jobs: others.slice(0, 2) },
    ],
    flat: [{ job: example, path: 'files/a-purple-cat/x-5f1c9ae0.png', colour: '#000000' }],
  },
  totals: { failedJobs: 15, sameGroups: 2, sameJobs: 6, flat: 1 },
};
const account = (overview: BoundedOverview, isGoing = false) => ({ ...quietAccount, overview, isGoing });
const plain = (columns = 100) => fakeStream(columns).terminal({ NO_COLOR: '1' });

describe('failureLines', () => {
  test('gives each reason with its number, one example and the command that deals with it', () => {
    expect(failureLines(account(troubled), plain(), 100)).toEqual([
      '',
      '  What went wrong',
      '    12 × model: NSFW content detected. (job 5f1c9ae0)',
      '         Retry (each is charged again): rcb retry out/cats',
      '     3 × unknown_submit: No usable answer came. (job 77aa0011)',
      '         Each may be running and billed. Decide what to do: rcb reconcile out/cats',
    ]);
  });

  test('puts a command that does not fit on its own line, uncut', () => {
    const next = `rcb retry 'out/my cats' ${[example, ...others].join(' ')}`;
    const overview = { ...troubled, failures: [{ ...nsfw, next }] };
    const lines = failureLines(account(overview), plain(40), 40);
    expect(lines).toContain(`${' '.repeat(9)}${next}`);
    const rest = lines.filter((line) => !line.includes(next));
    for (const line of rest) expect(textWidth(line)).toBeLessThanOrEqual(40);
  });

  test('says that its commands must wait while a process works on the folder', () => {
    expect(failureLines(account(troubled, true), plain(), 100)[1]).toBe(
      '  Problems so far (deal with them after the run)',
    );
  });

  test('counts the jobs of the reasons that it leaves out', () => {
    const failures = Array.from({ length: 12 }, (_, n) => ({ ...nsfw, message: `Reason ${n}.`, jobs: 2 }));
    const totals = { ...troubled.totals, failedJobs: 1_024 };
    const lines = failureLines(account({ ...troubled, failures, totals }), plain(), 100);
    expect(lines.at(-1)).toBe('    and 1,008 jobs for other reasons');
    expect(lines.filter((line) => line.includes('×'))).toHaveLength(8);
  });

  test('is silent where nothing went wrong', () => {
    expect(failureLines(account(quietOverview), plain(), 100)).toEqual([]);
  });

  test('obeys no message', () => {
    const overview = { ...troubled, failures: [{ ...nsfw, message: hostileText }] };
    const text = failureLines(account(overview), fakeStream(60).terminal(), 60).join('\n');
    expect(bare(text)).toContain('␛]52');
    expect(bare(text)).not.toMatch(hostileParts);
  });
});

describe('suspectLines', () => {
  test('counts duplicate and blank results and shows the first of them', () => {
    expect(suspectLines(account(troubled), plain(), 100)).toEqual([
      '',
      '  Duplicate or blank results',
      '    6 jobs with different seeds gave only 2 different results',
      '      jobs 5f1c9ae0, 77aa0011, 99bb2233, …',
      '      jobs 77aa0011, 99bb2233',
      '    1 image is a single colour',
      '      #000000  files/a-purple-cat/x-5f1c9ae0.png  (job 5f1c9ae0)',
    ]);
  });

  test('counts what it leaves out', () => {
    const totals = { ...troubled.totals, sameGroups: 9, flat: 1_001 };
    const lines = suspectLines(account({ ...troubled, totals }), plain(), 100);
    expect(lines).toContain('      and 7 more');
    expect(lines.at(-1)).toBe('      and 1,000 more');
  });

  test('is silent where there are none', () => {
    expect(suspectLines(account(quietOverview), plain(), 100)).toEqual([]);
  });

  test.each([100, 60, 42])('is never wider than %d columns and obeys no path', (columns) => {
    const flat = [{ job: example, path: hostileText.repeat(9), colour: '#000000' }];
    const overview = { ...troubled, duds: { ...troubled.duds, flat } };
    const lines = suspectLines(account(overview), fakeStream(columns).terminal(), columns);
    for (const line of lines) {
      expect(textWidth(bare(line))).toBeLessThanOrEqual(columns);
      expect(bare(line)).not.toMatch(hostileParts);
    }
  });

  test('stands out in colour, and without it under NO_COLOR', () => {
    const coloured = suspectLines(account(troubled), fakeStream(80).terminal(), 80).join('\n');
    expect(coloured).toContain('\u001b[33m');
    expect(bare(coloured)).toBe(suspectLines(account(troubled), plain(80), 80).join('\n'));
  });
});

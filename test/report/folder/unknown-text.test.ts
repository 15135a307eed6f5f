import { describe, expect, test } from 'vitest';
import { estimateOf } from '../../../src/core/money/estimate.ts';
import {
  type UnknownOverview,
  type UnknownView,
  unknownText,
} from '../../../src/report/folder/unknown-text.ts';
import { textWidth } from '../../../src/report/terminal/text-width.ts';
import { clockText } from '../../../src/report/terminal/wording.ts';
import { at } from '../../support/builders.ts';
import { bare, fakeStream, hostileParts, hostileText } from '../report-builders.ts';

const sentAt = at(Date.UTC(2026, 2, 9, 22, 5, 12));

function view(part: Partial<UnknownView> = {}): UnknownView {
  return {
    job: '5f1c9ae0b7d2443e',
    id: 'cat-1',
    model: 'ideogram/ideogram-v2/generate',
    input: { prompt: 'a purple cat', seed: 1, style: 'anime' },
    axes: { seed: 1 },
    submittedAt: new Date(sentAt).toISOString(),
    usd: 0.08,
    source: 'catalogue',
    message: 'The connection was reset.',
    offered_id: null,
    ...part,
  };
}

function overview(shown: readonly UnknownView[], part: Partial<UnknownOverview> = {}): UnknownOverview {
  return {
    stake: estimateOf(
      shown.map(({ model, input }, nth) => ({ model: `${model} ${nth}`, input, jobs: 1 })),
      {
        likely({ model }) {
          const { usd = null } = shown[Number(model.split(' ').at(-1))] ?? {};
          return { usd, source: usd === null ? null : 'catalogue', jobs: 0, tookMs: null, bytes: null };
        },
      },
    ),
    groups: [{ from: sentAt, to: at(sentAt + 12 * 60_000), count: shown.length, shown }],
    hidden: { groups: 0, count: 0 },
    offered: shown.filter(({ offered_id: id }) => id !== null).length,
    models: 1,
    whereToLook: 'the requests page of your account',
    ...part,
  };
}

const linesOf = (text: string): string[] => bare(text).split('\n');

describe('unknownText', () => {
  test('says once what is unclear, with a line for each row and the commands that resolve it', () => {
    const rows = [view(), view({ job: 'aa1c9ae0b7d2443e', id: null, input: { prompt: 'a dog', seed: 2 } })];
    const text = unknownText(overview(rows), 'out/cats', fakeStream().terminal());
    const [time] = [clockText(sentAt)];
    expect(text.match(/The API cannot look them up/g)).toHaveLength(1);
    expect(text.match(/The connection was reset/g)).toHaveLength(1);
    expect(text).toContain('2 unclear submissions: each may be running and billed.');
    expect(text).toContain('Possible cost: about $0.16 (base prices).');
    expect(text).toContain(`  ${time}  5f1c9ae0b7d2443e  cat-1: a purple cat  seed=1  style=anime\n`);
    expect(text).toContain(
      `  ${time}  aa1c9ae0b7d2443e  a dog                seed=1\n`.replace('seed=1', 'seed=2'),
    );
    for (const order of ['--adopt JOB=REQUEST_ID', '--resubmit JOB', '--write-off JOB']) {
      expect(text).toContain(`rcb reconcile out/cats ${order}`);
    }
    expect(text).not.toContain('--adopt all');
  });

  test.each([40, 80, 120])('fits a terminal of %i columns', (columns) => {
    const rows = [
      view({ input: { prompt: '猫'.repeat(100), seed: 1 }, id: 'x'.repeat(60) }),
      view({ input: { prompt: 'a cat', notes: 'long '.repeat(60) }, axes: {} }),
    ];
    const text = unknownText(overview(rows, { models: 2 }), 'out/cats', fakeStream(columns).terminal());
    const table = linesOf(text).filter((line) => /^ {2}\d\d:\d\d:\d\d/.test(line));
    expect(table).toHaveLength(2);
    for (const line of table) expect(textWidth(line)).toBeLessThanOrEqual(columns);
  });

  test('names the model only where there are several', () => {
    const terminal = fakeStream().terminal();
    expect(unknownText(overview([view()]), 'd', terminal)).not.toContain('ideogram');
    expect(unknownText(overview([view()], { models: 2 }), 'd', terminal)).toContain('ideogram');
  });

  test('says how many rows are hidden, and how to list them', () => {
    const group = { from: sentAt, to: sentAt, count: 1_000, shown: [view()] };
    const text = unknownText(
      overview([view()], { groups: [group], hidden: { groups: 2, count: 40 } }),
      'out/cats',
      fakeStream().terminal(),
    );
    expect(text).toContain('… and 999 more (rcb ls out/cats --state unknown)');
    expect(text).toContain('… and 40 submissions of 2 later outages');
    expect(text).toContain('1,000 submissions');
  });

  test('gives the exact command that adopts an id from the server', () => {
    const text = unknownText(overview([view({ offered_id: 'req.7' })]), 'out/cats', fakeStream().terminal());
    expect(text).toContain('rcb reconcile out/cats --adopt 5f1c9ae0b7d2443e=req.7');
    expect(text).toContain('rcb reconcile out/cats --adopt all');
  });

  test('shows foreign text without obeying it', () => {
    const row = view({
      id: hostileText,
      input: { prompt: hostileText, x: hostileText },
      offered_id: hostileText,
    });
    const text = unknownText(
      overview([row, view({ message: hostileText, model: hostileText })], { models: 2 }),
      'd',
      fakeStream(100).terminal(),
    );
    expect(text).not.toMatch(hostileParts);
  });

  test('says so when there is nothing to reconcile', () => {
    expect(unknownText(overview([]), 'd', fakeStream().terminal())).toMatch(/^Nothing to reconcile/);
  });
});

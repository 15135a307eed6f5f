import { describe, expect, test } from 'vitest';
import type { ManifestLine } from '../../../src/core/job/manifest.ts';
import { jobTable } from '../../../src/report/folder/job-table.ts';
import { jobText } from '../../../src/report/folder/job-text.ts';
import { textWidth } from '../../../src/report/terminal/text-width.ts';
import { bare, fakeStream, hostileParts, hostileText, savedFile } from '../report-builders.ts';

function manifestLine(part: Partial<ManifestLine>): ManifestLine {
  return {
    job: '5f1c9ae0b7d2443e',
    id: 'cat-1',
    rows: ['prompts.csv:2', 'prompts.csv:9'],
    tags: { Category: 'Animals' },
    model: 'ideogram/ideogram-v2/generate',
    input: { prompt: 'a purple cat 紫色の猫', seed: 1 },
    axes: { seed: 1 },
    rep: 1,
    parent: null,
    notes: [],
    state: 'done',
    request_id: 'req-1',
    attempts: 1,
    planned_at: '2026-01-01T00:00:00.000Z',
    submitted_at: '2026-01-01T00:00:01.000Z',
    started_at: '2026-01-01T00:00:05.000Z',
    finished_at: '2026-01-01T00:01:15.000Z',
    done_at: '2026-01-01T00:01:16.000Z',
    cost: 0.08,
    outputs: [savedFile],
    error: null,
    ...part,
  };
}

const failedLine = manifestLine({
  id: null,
  state: 'failed',
  outputs: [],
  error: { class: 'invalid', message: 'style "foo" is not allowed.', http: 422 },
});

describe('jobTable', () => {
  test('keeps columns aligned beside wide letters', () => {
    const terminal = fakeStream(80).terminal({ NO_COLOR: '1' });
    expect([...jobTable([manifestLine({}), failedLine], terminal, ['seed'])]).toEqual([
      'job       state   seed  prompt                       file',
      '5f1c9ae0  done    1     cat-1: a purple cat 紫色の…  …-purple-cat/x-5f1c9ae0.png',
      '5f1c9ae0  failed  1     a purple cat 紫色の猫        invalid: style "foo" is no…',
    ]);
  });

  test('leaves out axes where they would leave no room, and shows what tells repetitions apart', () => {
    const terminal = fakeStream(60).terminal({ NO_COLOR: '1' });
    const again = manifestLine({ id: null, rep: 2, axes: { seed: 1, style: 'anime' } });
    const [head] = jobTable([again], terminal, ['seed', 'style', 'a-very-long-name']);
    expect(head).toMatch(/^job +state +seed +prompt +file$/);
    const [wideHead, line] = jobTable([again], fakeStream(120).terminal({ NO_COLOR: '1' }), ['seed']);
    expect(wideHead).toMatch(/^job +state +seed +rep +prompt +file$/);
    expect(line).toMatch(/^5f1c9ae0 +done +1 +2 +a purple cat/);
  });

  test('writes uncut fields between tabs to a pipe', () => {
    const again = { ...failedLine, rep: 2, axes: { seed: 1, style: 'a\tb\nc' } };
    expect([...jobTable([manifestLine({}), again], fakeStream().terminal(), [])]).toEqual([
      '5f1c9ae0b7d2443e\tdone\tcat-1\ta purple cat 紫色の猫\tfiles/a-purple-cat/x-5f1c9ae0.png\tseed=1',
      '5f1c9ae0b7d2443e\tfailed\t\ta purple cat 紫色の猫\tinvalid: style "foo" is not allowed. (HTTP 422)\tseed=1 style=a␉b␊c rep=2',
    ]);
  });

  test('takes lines one at a time, so that a million need no memory', () => {
    let taken = 0;
    const endless = (function* () {
      for (;;) {
        taken += 1;
        yield manifestLine({});
      }
    })();
    jobTable(endless, fakeStream().terminal(), [])[Symbol.iterator]().next();
    expect(taken).toBe(1);
    jobTable(endless, fakeStream(80).terminal(), ['seed'])[Symbol.iterator]().next();
    expect(taken).toBeLessThan(1_000);
  });

  test.each([120, 80, 40, 24])('is never wider than %i columns and obeys no prompt', (columns) => {
    const lines = [
      manifestLine({ input: { prompt: hostileText.repeat(5) }, id: hostileText }),
      manifestLine({ input: { image_url: 'https://x.y/z.png' }, outputs: [] }),
      manifestLine({ state: 'lost', error: { class: 'server', message: hostileText.repeat(9) } }),
    ];
    for (const env of [{}, { NO_COLOR: '1' }]) {
      for (const line of jobTable(lines, fakeStream(columns).terminal(env), ['seed', hostileText])) {
        expect(textWidth(bare(line))).toBeLessThanOrEqual(columns);
        expect(line).not.toMatch(hostileParts);
        expect(line).not.toContain('\n');
      }
    }
  });
});

describe('jobText', () => {
  test('shows everything about a job', () => {
    expect(jobText(manifestLine({}), fakeStream().terminal())).toBe(`5f1c9ae0b7d2443e  done

  id            cat-1
  model         ideogram/ideogram-v2/generate
  request id    req-1
  attempts      1
  rows          prompts.csv:2, prompts.csv:9
  cost          $0.08

Input
  prompt        a purple cat 紫色の猫
  seed          1

Axes
  seed          1

Tags
  Category      Animals

Times
  planned       2026-01-01T00:00:00.000Z
  submitted     2026-01-01T00:00:01.000Z
  started       2026-01-01T00:00:05.000Z  after 4s
  finished      2026-01-01T00:01:15.000Z  after 1m10s
  done          2026-01-01T00:01:16.000Z  after 1s

Files
  files/a-purple-cat/x-5f1c9ae0.png
                image/png, 1024 × 768, 123 bytes
                sha256 ${'ab'.repeat(32)}
                as downloaded: sha256 ${'cd'.repeat(32)}
`);
  });

  test('shows an error, and foreign text without obeying it', () => {
    const line = manifestLine({
      state: 'failed',
      cost: null,
      outputs: [],
      input: { [hostileText]: hostileText, prompt: 'long '.repeat(40) },
      tags: { [hostileText]: hostileText },
      error: { class: 'model', message: hostileText, code: 12 },
    });
    const text = jobText(line, fakeStream(60).terminal());
    expect(text).not.toMatch(hostileParts);
    expect(bare(text)).toContain('a␛]52;c;aGk=␇b␛[2J');
    for (const row of bare(text).split('\n')) expect(textWidth(row)).toBeLessThanOrEqual(60);
  });
});

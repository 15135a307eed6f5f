import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import type { Problem } from '../../src/core/complaints.ts';
import type { Row } from '../../src/core/row.ts';
import { rowsIn } from '../../src/core/row-batches.ts';
import { readInput } from '../../src/input/inputs.ts';
import { wayOut } from '../../src/input/json/json-foreign.ts';
import { readRows } from '../../src/input/rows.ts';
import { type InputSource, inputSource } from '../../src/input/sources/sources.ts';
import { showProblem } from '../support/shown-problem.ts';
import { plain, sourceOf } from './reading-inputs.ts';

const folder = mkdtempSync(join(tmpdir(), 'inputs-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function open(source: InputSource) {
  const problems: Problem[] = [];
  const input = await readInput(source, (problem) => problems.push(problem));
  const rows: Row[] = [];
  if (input.kind === 'rows') for await (const row of rowsIn(input.rows)) rows.push(row);
  const sweep = input.kind === 'sweep' ? input.sweep : null;
  return { kind: input.kind, sweep, rows: plain(rows), shown: problems.map(showProblem), problems };
}

describe('an input that is opened', () => {
  test.each([
    ['csv', 'prompt\na cat\n'],
    ['tsv', 'prompt\na cat\n'],
    ['jsonl', '{"prompt":"a cat"}'],
    ['json', ' [{"prompt":"a cat"}]'],
    ['txt', 'a cat'],
  ] as const)('holds rows as %s', async (format, text) => {
    expect(await open(sourceOf(text, format, { chunk: 3 }))).toMatchObject({
      kind: 'rows',
      rows: [{ prompt: 'a cat' }],
      shown: [],
    });
  });

  test.each([
    ['yaml', '\ufeffrows:\r\n  - prompt: a cat\r\n'],
    ['json', '\ufeff\n{"rows":[{"prompt":"a cat"}]}'],
  ] as const)('holds a sweep as %s', async (format, text) => {
    const { kind, sweep, shown } = await open(sourceOf(text, format, { chunk: 3 }));
    expect({ kind, shown }).toEqual({ kind: 'sweep', shown: [] });
    expect(plain(sweep?.rows ?? [])).toEqual([{ prompt: 'a cat' }]);
  });

  test('may be standard input, which is opened once', async () => {
    for (const [format, kind] of [
      ['json', 'sweep'],
      ['yaml', 'sweep'],
      ['txt', 'rows'],
    ] as const) {
      const text = format === 'txt' ? 'a cat' : '{"name": "x"}';
      const found = await open(inputSource('-', { stdin: Readable.from([text]), format }));
      expect(found).toMatchObject({ kind, shown: [] });
    }
  });

  test('is told as wrong, once and as the end, where it is neither', async () => {
    for (const [format, text, kind, refusal] of [
      ['json', '5', 'rows', `in.json:1:1 the file contains no list of rows. ${wayOut}`],
      ['json', '', 'rows', 'in.json:1 the file is empty.'],
      ['json', '{"a":1}', 'rows', `in.json:1:1 the file is neither a list of rows nor a sweep. ${wayOut}`],
      [
        'json',
        '{"modle":1}',
        'sweep',
        expect.stringMatching(/^in\.json:1:2 "modle" is not a key of a sweep;/),
      ],
      ['yaml', '- a', 'sweep', expect.stringMatching(/^in\.yaml:1:1 a sweep is a map/)],
    ] as const) {
      const found = await open(sourceOf(text, format));
      expect(found).toMatchObject({ kind, sweep: null, rows: [], shown: [refusal] });
      expect(found.problems[0]?.ends).toBe(true);
    }
  });

  test('is closed when its rows are left early, and told when it vanished', async () => {
    const stream = Readable.from(['a\n', 'b\n', 'c\n']);
    const input = await readInput({ name: 'x', format: 'txt', open: () => stream }, () => {});
    if (input.kind === 'rows') for await (const _ of input.rows) break;
    expect(stream.destroyed).toBe(true);

    for (const name of ['gone.yaml', 'gone.json']) {
      const source = { name, format: 'yaml', open: () => createReadStream(join(folder, name)) } as const;
      await expect(readInput(source, () => {})).rejects.toMatchObject({ name: 'UserError', about: 'input' });
    }
  });

  test('that is no text is called by its name', async () => {
    for (const format of ['json', 'yaml', 'txt'] as const) {
      const { shown } = await open(sourceOf(Buffer.from('89504e470d0a1a0a', 'hex'), format));
      expect(shown).toEqual([`in.${format}:1 this is an image, not a list of prompts.`]);
    }
  });

  test('is read to 64 MiB and no further where it must be held whole', async () => {
    let given = 0;
    function* endless() {
      for (;;) {
        given += 1;
        yield Buffer.alloc(1024 * 1024, ' ');
      }
    }
    for (const format of ['json', 'yaml'] as const) {
      given = 0;
      const { shown } = await open({ name: 'in', format, open: () => Readable.from(endless()) });
      expect(shown).toEqual([
        'in:1 the file is longer than 64 MiB, the maximum that can be read at once; write the rows as JSONL, one object per line, which may be of any length.',
      ]);
      expect(given).toBeLessThan(90);
    }
  });

  test('has no rows to read as such where it is a sweep', async () => {
    const path = join(folder, 'sweep.yml');
    writeFileSync(path, 'name: x\n');
    const problems: Problem[] = [];
    const source = inputSource(path, { stdin: Readable.from([]) });
    for await (const row of readRows(source, (problem) => problems.push(problem)))
      expect(row).toBeUndefined();
    expect(problems.map(({ message, ends }) => [message, ends])).toEqual([
      ['the file is a sweep, not a list of rows.', true],
    ]);
  });
});

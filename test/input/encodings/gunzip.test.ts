import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type Problem, UserError } from '../../../src/core/complaints.ts';
import type { Row } from '../../../src/core/row.ts';
import { rowsIn } from '../../../src/core/row-batches.ts';
import { inputFingerprint } from '../../../src/input/fingerprint.ts';
import { readInput } from '../../../src/input/inputs.ts';
import { inputSource } from '../../../src/input/sources/sources.ts';
import { showProblem } from '../../support/shown-problem.ts';
import { sized } from '../../support/tiers.ts';
import { plain, read, spot } from '../reading-inputs.ts';

const folder = mkdtempSync(join(tmpdir(), 'gunzip-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function readFile(name: string, content: Uint8Array) {
  const path = join(folder, name);
  writeFileSync(path, content);
  const problems: Problem[] = [];
  const rows: Row[] = [];
  const source = inputSource(path, { stdin: Readable.from([]) });
  const input = await readInput(source, (problem) => problems.push(problem));
  if (input.kind === 'rows') for await (const row of rowsIn(input.rows)) rows.push(row);
  return { rows: plain(rows), shown: problems.map(showProblem), places: rows, kind: input.kind };
}

const csv = 'prompt,seed\na cat,1\n"two\nlines",2\n';

describe('an input that is packed by gzip', () => {
  test.each([
    [
      'a.csv.gz',
      csv,
      [
        { prompt: 'a cat', seed: '1' },
        { prompt: 'two\nlines', seed: '2' },
      ],
    ],
    ['a.tsv.GZ', 'prompt\tseed\na\t1\n', [{ prompt: 'a', seed: '1' }]],
    ['a.jsonl.gz', '{"prompt":"a"}\n', [{ prompt: 'a' }]],
    ['a.json.gz', '[{"prompt":"a"}]', [{ prompt: 'a' }]],
    ['a.txt.gz', '\ufeffa cat\nb\n', [{ prompt: 'a cat' }, { prompt: 'b' }]],
    [
      'plain.csv.gz',
      null,
      [
        { prompt: 'a cat', seed: '1' },
        { prompt: 'two\nlines', seed: '2' },
      ],
    ],
    [
      'called.csv',
      csv,
      [
        { prompt: 'a cat', seed: '1' },
        { prompt: 'two\nlines', seed: '2' },
      ],
    ],
  ])('is read as what is in it: %s', async (name, text, rows) => {
    const found = await readFile(name, text === null ? Buffer.from(csv) : gzipSync(text));
    expect([found.rows, found.shown]).toEqual([rows, []]);
  });

  test('keeps its places, and is a sweep where it holds one', async () => {
    const { places } = await readFile('a.csv.gz', gzipSync(csv));
    expect([places[1]?.line, spot(places[1], 'seed')]).toEqual([3, '4:8']);
    expect((await readFile('s.yaml.gz', gzipSync('name: x\n'))).kind).toBe('sweep');
  });

  test('comes from standard input too, in chunks of any size, and in several members', async () => {
    const packed = Buffer.concat([gzipSync(csv), gzipSync('a dog,3\n')]);
    for (const chunk of [1, 7, 1000]) {
      const { rows, shown } = await read(packed, 'csv', { chunk });
      expect([plain(rows).map(({ seed }) => seed), shown]).toEqual([['1', '2', '3'], []]);
    }
  });

  test('is told to be damaged, or cut short, after what could be read', async () => {
    const text = `prompt\n${Array.from({ length: 20_000 }, (_, at) => `a cat number ${at * 7919}`).join('\n')}\n`;
    const packed = gzipSync(text);
    const cut = await readFile('cut.csv.gz', packed.subarray(0, packed.length >> 1));
    expect(cut.rows.length).toBeGreaterThan(100);
    expect(cut.shown).toEqual([expect.stringMatching(/cut\.csv\.gz the gzip file ends too early/)]);
    const broken = Buffer.from(packed);
    broken.fill(0xff, 20, 60);
    const damaged = await readFile('bad.csv.gz', broken);
    expect(damaged.shown.at(-1)).toMatch(/the gzip file is damaged and cannot be unpacked/);
  });

  test('cannot be a bomb', async () => {
    const bomb = createGzip({ level: 9 });
    const line = Buffer.from(`${' '.repeat(1 << 20)}\n`);
    let given = 0;
    const source = new Readable({
      read() {
        given += 1;
        this.push(given > 4_000 ? null : line);
      },
    });
    const problems: Problem[] = [];
    const input = await readInput(
      { name: 'bomb.jsonl.gz', format: 'jsonl', open: () => source.pipe(bomb) },
      (problem) => problems.push(problem),
    );
    if (input.kind === 'rows') for await (const row of input.rows) expect(row).toBeUndefined();
    expect(problems.at(-1)?.message).toMatch(/unpacks to more than 6\d MiB/);
    expect(given).toBeLessThan(400);
    source.destroy();
  });

  test('has its bytes as its fingerprint', async () => {
    writeFileSync(join(folder, 'x.gz'), gzipSync('a'));
    writeFileSync(join(folder, 'y.gz'), gzipSync('b'));
    const [x, y] = [join(folder, 'x.gz'), join(folder, 'y.gz')];
    expect(await inputFingerprint([x])).not.toBe(await inputFingerprint([y]));
  });

  test('gives rows or problems and nothing else, whatever becomes of its bytes', async () => {
    const packed = gzipSync(csv.repeat(20));
    const change = fc.oneof(
      fc.record({ at: fc.nat(packed.length - 1), byte: fc.nat(255) }),
      fc.record({ at: fc.nat(packed.length), byte: fc.constant(null) }),
    );
    await fc.assert(
      fc.asyncProperty(change, async ({ at, byte }) => {
        const changed = Buffer.from(byte === null ? packed.subarray(0, at) : packed);
        if (byte !== null) changed[at] = byte;
        await readFile('fuzz.csv.gz', changed).catch((error) => expect(error).toBeInstanceOf(UserError));
      }),
      { numRuns: sized(60, 300) },
    );
  });
});

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { inputFingerprint } from '../../../src/input/fingerprint.ts';
import { readRows } from '../../../src/input/rows.ts';
import { inputSource } from '../../../src/input/sources/sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'sources-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content = 'p,q\n1,2\n3,4\n'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const stdin = Readable.from([]);

function complaint(attempt: () => unknown): UserError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('an input', () => {
  test.each([
    ['a.csv', 'csv'],
    ['a.CSV', 'csv'],
    ['a.tsv', 'tsv'],
    ['a.Tab', 'tsv'],
    ['a.jsonl', 'jsonl'],
    ['a.b.ndjson', 'jsonl'],
    ['a.json', 'json'],
    ['a.yaml', 'yaml'],
    ['a.YML', 'yaml'],
    ['a.txt', 'txt'],
  ])('%s is read as %s', (name, format) => {
    expect(inputSource(file(name), { stdin }).format).toBe(format);
  });

  test('is read as --format says, by a format or an extension', () => {
    expect(inputSource(file('a.csv'), { stdin, format: 'TSV' }).format).toBe('tsv');
    expect(inputSource('-', { stdin, format: 'ndjson' }).format).toBe('jsonl');
    expect(inputSource('-', { stdin, format: '.yml' }).format).toBe('yaml');
  });

  test('needs --format where its extension says nothing', () => {
    const unknown = complaint(() => inputSource(file('a.dat'), { stdin }));
    expect(unknown).toMatchObject({
      about: 'usage',
      hint: 'Add --format csv, --format tsv, --format jsonl, --format json, --format yaml, --format txt or --format xlsx.',
    });
    expect(unknown.message).toContain(
      '.csv, .tsv, .tab, .jsonl, .ndjson, .json, .yaml, .yml, .txt, .xlsx, .xlsm',
    );
    expect(complaint(() => inputSource('-', { stdin })).about).toBe('usage');
    expect(complaint(() => inputSource('-', { stdin, format: 'xml' })).message).toContain('"xml"');
    expect(complaint(() => inputSource(file('a.ods'), { stdin })).hint).toContain('CSV');
  });

  test('is refused when it is missing, a directory, or below a file', () => {
    expect(complaint(() => inputSource(join(folder, 'no.csv'), { stdin }))).toMatchObject({
      about: 'input',
      message: `The input ${join(folder, 'no.csv')} does not exist.`,
    });
    expect(complaint(() => inputSource(folder, { stdin })).message).toContain('is a directory');
    expect(complaint(() => inputSource(join(file('f.csv'), 'x.csv'), { stdin })).about).toBe('input');
  });

  test('is refused for an encoding that nobody knows', () => {
    expect(complaint(() => inputSource(file('a.csv'), { stdin, encoding: 'utf-9' })).about).toBe('usage');
    expect(inputSource(file('a.csv'), { stdin, encoding: 'latin1' }).encoding).toBe('windows-1252');
  });

  test('is read from standard input under the name -', async () => {
    const source = inputSource('-', { stdin: Readable.from(['p\n', 'a cat\n']), format: 'csv' });
    const rows = [];
    for await (const row of readRows(source, () => {})) rows.push(`${row.file}:${row.line}`);
    expect(rows).toEqual(['-:2']);
  });

  test('that vanishes before it is read is a complaint, not a crash', async () => {
    const path = file('gone.csv');
    const source = inputSource(path, { stdin });
    rmSync(path);
    const rows = readRows(source, () => {});
    await expect(rows[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      name: 'UserError',
      about: 'input',
    });
  });

  test('is closed when the reader leaves early', async () => {
    const stream = Readable.from(['p\n1\n', '2\n', '3\n']);
    for await (const _ of readRows({ name: 'x', format: 'csv', open: () => stream }, () => {})) break;
    expect(stream.destroyed).toBe(true);
  });

  test('lets a bug through as what it is', async () => {
    const stream = Readable.from(
      (async function* () {
        yield 'p\n1\n';
        throw new TypeError('a bug');
      })(),
    );
    const rows = readRows({ name: 'x', format: 'csv', open: () => stream }, () => {});
    await expect(rows[Symbol.asyncIterator]().next()).rejects.toThrow(TypeError);
  });
});

describe('the fingerprint of inputs', () => {
  const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

  test('is the SHA-256 of a single file', async () => {
    expect(await inputFingerprint([file('one.csv', 'hello')])).toBe(sha256('hello'));
  });

  test('tells apart how contents are spread over files, and their order', async () => {
    const [a, b, ab] = [file('a.csv', 'a'), file('b.csv', 'b'), file('ab.csv', 'ab'), file('none.csv', '')];
    const prints = await Promise.all(
      [[a, b], [b, a], [ab], [ab, file('none.csv', '')]].map(inputFingerprint),
    );
    expect(new Set(prints).size).toBe(4);
    expect(await inputFingerprint([a, b])).toBe(prints[0]);
  });

  test('does not exist for standard input or a missing file', async () => {
    await expect(inputFingerprint(['-'])).rejects.toMatchObject({ name: 'UserError' });
    await expect(inputFingerprint([join(folder, 'no.csv')])).rejects.toMatchObject({
      name: 'UserError',
      about: 'input',
    });
  });
});

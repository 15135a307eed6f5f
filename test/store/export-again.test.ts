import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobId, PlannedJob } from '../../src/core/job/job.ts';
import type { JsonValue } from '../../src/core/json.ts';
import { exportManifest, writeManifests } from '../../src/store/exports/exports.ts';
import { openReader } from '../../src/store/ledger/reader.ts';
import {
  folderForTest,
  freeModel,
  jobOf,
  kernel,
  ledgerOf,
  picturesModel,
  plannedFrom,
} from '../support/own-exports.ts';
import { sized } from '../support/tiers.ts';

const odd = [
  ...[
    '=1+1',
    '+1',
    '-1',
    '@sum',
    '\tx',
    '\rx',
    "'",
    "'=x",
    "''=x",
    "'a",
    '{{x}}',
    '\\{{x}}',
    '@file',
    '@@file',
  ],
  ...['NaN', 'None', 'null', '#N/A', 'true', 'TRUE', '7', '7.0', '007', '1e5', '-0', '0.1', '1,234', '16:9'],
  ...[
    '1/2',
    'May 2024',
    'two\nlines',
    'two\r\nlines',
    'lone\rreturn',
    'ends\n',
    ' spaces ',
    '"quoted"',
    'a"b',
  ],
  ...[
    ',;\t|',
    '[1,2]',
    '{"a":1}',
    '猫 on a sofa',
    'e\u0301',
    '\ufeffmark',
    '🦊',
    'a cat --ar 16:9',
    '{a|b}',
    '__x__',
  ],
  ...['a photo of a fox in the snow, morning light, 8k, very detailed', 'a\u2028b', '＝x'],
];

/** Every export of a folder, as files. */
async function exportsOf(jobs: readonly PlannedJob[], earlier: readonly PlannedJob[] = []) {
  const dir = join(folderForTest(), 'run');
  const ledger = await ledgerOf(dir, jobs, earlier);
  const reader = openReader(dir);
  const files: readonly [string, string] = [join(dir, 'manifest.csv'), join(dir, 'manifest.jsonl')];
  const fixes: readonly [string, string] = [join(dir, '../fix.csv'), join(dir, '../fix.jsonl')];
  try {
    await writeManifests(reader);
    for (const file of fixes) await exportManifest(reader, file, { as: 'input', accepts: () => true });
  } finally {
    reader.close();
    await ledger.close();
  }
  return [...files, ...fixes] as const;
}

const kernelsOf = (jobs: readonly PlannedJob[]) => jobs.map(kernel).sort((a, b) => (a.id < b.id ? -1 : 1));

async function expectSame(jobs: readonly PlannedJob[], files: readonly string[]): Promise<void> {
  for (const file of files) {
    const planned = await plannedFrom(file);
    expect([file, planned.problems.filter(({ severity }) => severity === 'error')]).toEqual([file, []]);
    expect(kernelsOf(planned.jobs)).toEqual(kernelsOf(jobs));
  }
}

/** As Excel saves a table where the comma is the decimal one: no mark, other line breaks, its own notations. */
function savedByExcel(file: string): string {
  const cells = parse(readFileSync(file, 'utf8'), { bom: true }) as string[][];
  const changed = cells.map((row, line) =>
    row.map((cell) => {
      const text = cell.replace(/\r\n?/g, '\n');
      if (line === 0 || text.startsWith('{')) return text;
      if (/^\d{1,2}:\d{1,2}$/.test(text)) return text.replace(/:(\d)$/, ':0$1');
      if (/^(true|false)$/.test(text)) return text.toUpperCase();
      if (/^-?\d+(\.\d+)?$/.test(text) && text.length < 15) return String(Number(text)).replace('.', ',');
      if (text === '1/2') return '02. Jan';
      return text.replace(/[^\0-\x7f]/g, '?');
    }),
  );
  const saved = join(folderForTest(), 'resaved.csv');
  writeFileSync(
    saved,
    stringify(changed, { delimiter: ';', record_delimiter: '\r\n', quoted_match: /[\r\n]/ }),
  );
  return saved;
}

describe('our own exports as inputs', () => {
  test('give the same jobs, whatever their prompts hold', async () => {
    const jobs = odd.flatMap((prompt, at) => [
      jobOf({ prompt, seed: at }, { name: `row ${at}`, axes: { seed: at }, tags: { Note: prompt } }),
      jobOf({ prompt, negative_prompt: '' }, { rep: 2 }),
      jobOf(
        { anything: prompt, n: at, flag: true, none: null, list: [prompt, 1], deep: { a: { b: prompt } } },
        { model: freeModel },
      ),
    ]);
    const files = await exportsOf(jobs);
    await expectSame(jobs, files);
    await expectSame(jobs, [savedByExcel(files[0]), savedByExcel(files[2])]);
  });

  test('keep names, tags, axes, repetitions and parents, and tell inputs from tags of the same name', async () => {
    const parent = '0123456789abcdef' as JobId;
    const jobs = [
      jobOf(
        { prompt: 'a', width: 512, size: '7', job: 'x' },
        {
          ...{
            model: picturesModel,
            name: '007',
            parent,
            axes: { width: 512, look: 'odd', model: picturesModel },
          },
          tags: {
            state: 'Ohio',
            style: 'x',
            Notes: '=1',
            'tags.cost': '7',
            rcb: 'mine',
            Width: '9',
            Empty: '',
          },
        },
      ),
      jobOf(
        { prompt: 'a', width: 512, size: 7, scale: 0.30000000000000004 },
        { model: picturesModel, rep: 3 },
      ),
      jobOf({ prompt: 'b', style: 'anime', expand_prompt: false }, { tags: { promt: 'typo', model2: 'x' } }),
      jobOf(
        { 'a b': 1, Ab: '2', ' c ': '3', 'input.x': 4, x: 5, '=f': '6', body: 1, '': 2 },
        { model: freeModel },
      ),
      jobOf({ prompt: 'one model', seed: 3 }),
    ];
    const files = await exportsOf(jobs);
    await expectSame(jobs, files);
    await expectSame(jobs, [savedByExcel(files[0]), savedByExcel(files[2])]);
  });

  test('of versions without sizes give the same jobs, though the user has columns of these names', async () => {
    const sizes = ['width', 'height', 'bytes'];
    for (const tags of [{ height: '9' }, { height: '9', bytes: 'many' }]) {
      const jobs = [
        jobOf({ prompt: 'a', width: 512 }, { model: picturesModel, tags }),
        jobOf({ prompt: 'b' }, { model: picturesModel }),
      ];
      const [file] = await exportsOf(jobs);
      await expectSame(jobs, [file]);
      const [head = [], ...rows] = parse(readFileSync(file, 'utf8'), { bom: true }) as string[][];
      const kept = head.flatMap((name, at) => (sizes.includes(name) ? [] : [at]));
      const plain = (name: string): string => name.replace(/^(input|tags)\.(?=(width|height|bytes)$)/, '');
      const older = [head.map(plain), ...rows].map((row) => kept.map((at) => row[at] as string));
      expect(older[0]).toEqual(expect.arrayContaining(['width', 'height']));
      const saved = join(folderForTest(), 'older.csv');
      writeFileSync(saved, stringify(older));
      await expectSame(jobs, [saved]);
    }
  });

  test('are inputs for any jobs that there may be', async () => {
    const text = fc.oneof(
      fc.constantFrom(...odd),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.string(),
    );
    const clean = text.filter((each) => !each.includes('\0') && each.isWellFormed());
    const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        clean,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .map((number) => (Object.is(number, -0) ? 0 : number)),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(clean, tie('value'), { maxKeys: 3, noNullPrototype: true }),
      ),
    })).value;
    const key = fc.oneof(
      fc.constantFrom(
        'prompt',
        'state',
        'cost',
        'job',
        'width',
        'height',
        'bytes',
        'rcb',
        'tags.x',
        'x',
        'X',
      ),
      clean,
    );
    const name = key.filter((each) => each.trim() !== '' && !/^(id|model)$/i.test(each.trim()));
    // Templates of the user's are none of our columns' names: an input of that name is not planned either.
    const job = fc
      .record({
        input: fc.dictionary(name, value, { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
        name: fc.option(clean.filter((each) => each !== '' && !each.startsWith('\ufeff'))),
        tags: fc.dictionary(name, clean, { maxKeys: 3, noNullPrototype: true }),
        rep: fc.integer({ min: 1, max: 3 }),
      })
      .filter(({ input }) => Object.keys(input).every((each) => each !== '__proto__'))
      .map(({ input, ...rest }) => jobOf(input, { ...rest, model: freeModel }));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(job, { minLength: 1, maxLength: 4, selector: ({ id }) => id }),
        async (jobs) => {
          await expectSame(jobs, await exportsOf(jobs));
        },
      ),
      { numRuns: sized(15, 60) },
    );
  });
});

describe('an export that was edited', () => {
  const jobs = [
    jobOf({ prompt: '=1+1 cats', seed: 1 }, { name: 'a', tags: { Note: 'x' }, axes: { seed: 1 } }),
    jobOf({ prompt: 'a dog', seed: 2, negative_prompt: '' }, { name: 'b', rep: 2 }),
  ];

  async function edited(at: number, change: (row: Record<string, string>) => Record<string, string> | null) {
    const file = (await exportsOf(jobs))[at] as string;
    const rows = parse(readFileSync(file, 'utf8'), { bom: true, columns: true }) as Record<string, string>[];
    const changed = rows.map(change).filter((row) => row !== null);
    const columns = Object.keys(rows[0] as object);
    writeFileSync(file, stringify(changed, { header: true, columns }));
    return plannedFrom(file);
  }

  test('gives new jobs for the rows that were changed, and the same for the others', async () => {
    for (const at of [0, 2]) {
      const { jobs: made, problems } = await edited(at, (row) =>
        row.id === 'b' ? { ...row, prompt: '{{x}} and @file', seed: '7' } : row,
      );
      expect(problems).toEqual([]);
      expect(made.map(kernel)).toEqual([
        kernel(jobs[0] as PlannedJob),
        {
          ...kernel(
            jobOf({ prompt: '{{x}} and @file', negative_prompt: '', seed: 7 }, { name: 'b', rep: 2 }),
          ),
          input: { prompt: '{{x}} and @file', negative_prompt: '', seed: 7 },
          parent: jobs[1]?.id,
        },
      ]);
    }
  });

  test('loses what was cleared, gains what was added, and complains of what does not fit at its place', async () => {
    const { jobs: made } = await edited(2, (row) => {
      if (row.id === 'a') return { ...row, seed: '', Note: "'=2", prompt: "'=2+2 cats" };
      return { ...row, Note: 'new', negative_prompt: 'blurry' };
    });
    expect(made.map(({ input, tags }) => [input, tags])).toEqual([
      [{ prompt: '=2+2 cats' }, { Note: '=2' }],
      [{ prompt: 'a dog', negative_prompt: 'blurry', seed: 2 }, { Note: 'new' }],
    ]);
    const { problems } = await edited(2, (row) => ({ ...row, seed: 'many' }));
    expect(problems.map(({ place, kind }) => [place?.line, place?.column, kind])).toEqual([
      [2, expect.any(Number), 'type'],
      [3, expect.any(Number), 'type'],
    ]);
  });

  test('takes rows that were added by hand as those of any table', async () => {
    const file = (await exportsOf(jobs))[0];
    const header = readFileSync(file, 'utf8').slice(1).split('\n')[0] as string;
    const row = header
      .split(',')
      .map((name) => ({ prompt: 'a {{Note}} fox', Note: 'red', state: 'x' })[name] ?? '');
    writeFileSync(file, `${readFileSync(file, 'utf8')}${row.join(',')}\n`);
    const { jobs: made, problems } = await plannedFrom(file);
    expect(problems).toEqual([]);
    expect(made.map(({ input }) => input.prompt)).toEqual(['=1+1 cats', 'a dog', 'a red fox']);
    expect(made[2]?.tags).toEqual({ Note: 'red' });
  });
});

test('what had left the plan is not taken from a manifest, which says so, and not exported as an input', async () => {
  const [old, now] = [jobOf({ prompt: 'old' }), jobOf({ prompt: 'now' })];
  const files = await exportsOf([now], [old, now]);
  for (const [at, file] of files.entries()) {
    const { jobs, problems } = await plannedFrom(file);
    expect(jobs.map(({ id }) => id)).toEqual([now.id]);
    expect(problems.map(({ severity, message }) => [severity, message])).toEqual(
      at < 2 ? [['note', '1 job that was no longer planned is not taken from this manifest']] : [],
    );
  }
});

test('a CSV of an earlier version is read as well as it can be', async () => {
  const file = join(folderForTest(), 'manifest.csv');
  const rows = [
    'id,model,prompt,seed,expand_prompt,Note,tags.state,state,request_id,files,cost,error,notes',
    'a,,"\'=1+1 {{x}}, @file",7,false,"\'-",Ohio,done,r,files/a.png,0.08,,',
    ',someone/pictures,a dog,,,,,failed,,,,"invalid: Refused, again.",',
  ];
  writeFileSync(file, `\ufeff${rows.join('\n')}\n`);
  const { jobs, problems } = await plannedFrom(file);
  expect(problems).toEqual([]);
  expect(jobs.map(kernel)).toEqual([
    kernel(
      jobOf(
        { prompt: '=1+1 {{x}}, @file', expand_prompt: false, seed: 7 },
        { name: 'a', tags: { Note: '-', state: 'Ohio' } },
      ),
    ),
    kernel(jobOf({ prompt: 'a dog' }, { model: picturesModel })),
  ]);
});

test('rows that asked for one job come back with their own names and tags', async () => {
  const job = jobOf({ prompt: 'a cat' });
  const file = join(folderForTest(), 'any.jsonl');
  const also = [
    { row: 'in.csv:3', id: 'b', tags: { Note: 'y' } },
    { row: 'in.csv:4', id: null, tags: {} },
  ];
  const line = { ...job, job: job.id, also, attempts: 1, state: 'done' };
  writeFileSync(file, `${JSON.stringify({ ...line, id: 'a', tags: { Note: 'x' } })}\n`);
  const { jobs } = await plannedFrom(file);
  expect(jobs.map(({ id, name, tags }) => [id, name, tags])).toEqual([
    [job.id, 'a', { Note: 'x' }],
    [job.id, 'b', { Note: 'y' }],
    [job.id, null, {}],
  ]);
});

test('whatever becomes of the bytes of an export, it gives jobs or problems and nothing else', async () => {
  const jobs = [
    jobOf(
      { prompt: '=1+1 {{x}}', seed: 1 },
      { name: 'a', tags: { Note: 'x', state: 'y' }, axes: { seed: 1 } },
    ),
    jobOf({ prompt: 'a dog', negative_prompt: '', loras: [{ a: 1 }] }, { model: freeModel, rep: 2 }),
  ];
  const files = await exportsOf(jobs);
  const contents = files.map((file) => readFileSync(file));
  const change = fc.record({ which: fc.nat(3), at: fc.nat(5_000), byte: fc.nat(255), cut: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(change, async ({ which, at, byte, cut }) => {
      const whole = contents[which] as Buffer;
      const spot = at % whole.length;
      const changed = Buffer.from(cut ? whole.subarray(0, spot) : whole);
      if (!cut) changed[spot] = byte;
      writeFileSync(files[which] as string, changed);
      const { problems, jobs: made } = await plannedFrom(files[which] as string);
      expect(problems.length + made.length).toBeGreaterThan(0);
    }),
    { numRuns: sized(60, 300) },
  );
});

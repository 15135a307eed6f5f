import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { failure } from '../../../src/core/job/failures.ts';
import { exportManifest, writeManifests } from '../../../src/store/exports/exports.ts';
import { openLedger } from '../../../src/store/ledger/ledger.ts';
import { openReader } from '../../../src/store/ledger/reader.ts';
import {
  adopt,
  at,
  jobId,
  ledgerWith,
  planned,
  readableAtOnce,
  requestId,
  temporaryFolder,
} from '../store-support.ts';

test('the manifests hold every job in plan order, and the folder nothing else', async () => {
  const prompts = Array.from({ length: 1_203 }, (_, n) => `p${n}`);
  const ledger = ledgerWith(...prompts);
  const reader = openReader(ledger.dir);
  await writeManifests(reader);

  const jsonl = readFileSync(join(ledger.dir, 'manifest.jsonl'), 'utf8');
  expect(jsonl.endsWith('\n')).toBe(true);
  expect(
    jsonl
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([...reader.lines()]);
  const csv = readFileSync(join(ledger.dir, 'manifest.csv'), 'utf8').trimEnd().split('\n');
  expect(csv.slice(1).map((row) => row.split(',')[1])).toEqual(prompts);
  expect(
    readdirSync(ledger.dir)
      .filter((name) => name.startsWith('manifest.'))
      .sort(),
  ).toEqual([...['manifest.csv', 'manifest.db', 'manifest.db-shm', 'manifest.db-wal', 'manifest.jsonl']]);
  reader.close();
  await ledger.close();
});

test('the CSV has the inputs of all jobs, then their tags, then what became of them', async () => {
  const ledger = readableAtOnce(openLedger(join(temporaryFolder(), 'run')));
  adopt(ledger, [
    planned('a', { tags: { state: 'Ohio', Note: 'say "hi"' }, name: 'first' }),
    planned('b', {
      input: { prompt: 'zwei\nZeilen', seed: 4, hd: false, refs: ['x', 'y'] },
      model: 'other/model',
    }),
  ]);
  const file = (path: string) => ({
    ...{ path, bytes: 1, sha256: '', original_sha256: null },
    ...{ mime: '', width: 640, height: 480 },
  });
  await ledger.record(
    jobId('a'),
    {
      ...{ status: 'done', attempt: 1, requestId: requestId('ra'), costUsd: 0.08 },
      files: [file('files/a-1.png'), file('files/a-2.png')],
      notes: ['Left, out.'],
    },
    at(1),
  );
  const refused = failure('invalid_input', 'Refused, again.');
  await ledger.record(
    jobId('b'),
    { status: 'failed', attempt: 1, requestId: null, failure: refused, costUsd: null },
    at(1),
  );
  const reader = openReader(ledger.dir);
  const target = join(ledger.dir, 'x.CSV');
  const facts = 'job,rep,attempts,submitted_at,took_s,pixels,width,height,bytes,rcb';
  const marks = [
    `"{""v"":1,""job"":""${jobId('a')}"",""id"":""first"",""input"":{""prompt"":""a""},""tags"":{""state"":""Ohio"",""Note"":""say \\""hi\\""""}}"`,
    `"{""v"":1,""job"":""${jobId('b')}"",""input"":{""prompt"":""zwei\\nZeilen"",""seed"":4,""hd"":false,""refs"":[""x"",""y""]}}"`,
  ];
  expect(await exportManifest(reader, target)).toBe(2);
  expect(readFileSync(target, 'utf8')).toBe(
    [
      `\uFEFFid,model,prompt,seed,hd,refs,tags.state,Note,state,request_id,files,cost,error,notes,${facts}`,
      `first,ideogram/ideogram-v2/generate,a,,,,Ohio,"say ""hi""",done,ra,files/a-1.png files/a-2.png,0.08,,"Left, out.",${jobId('a')},1,1,,,640x480,640,480,1,${marks[0]}`,
      `,other/model,"zwei\nZeilen",4,false,"[""x"",""y""]",,,failed,,,,"invalid: Refused, again.",,${jobId('b')},1,1,,,,,,,${marks[1]}`,
      '',
    ].join('\n'),
  );
  reader.close();
  await ledger.close();
});

test('no cell of the CSV begins as a formula does, while negative numbers stay numbers', async () => {
  const ledger = openLedger(join(temporaryFolder(), 'run'));
  const nasty = ['=1+1', '+1', '-1', '@sum', '\tx', '\rx'];
  adopt(
    ledger,
    nasty.map((prompt) => planned(prompt, { input: { prompt, '=key': 'x', scale: -1 } })),
  );
  const reader = openReader(ledger.dir);
  const target = join(temporaryFolder(), 'x.csv');
  await exportManifest(reader, target);
  const [header, ...rows] = readFileSync(target, 'utf8').split('\n');
  expect(header).toMatch(/^\uFEFFid,prompt,input\.=key,scale,state,request_id,files,cost,error,notes,/);
  expect(rows.slice(0, 4).map((row) => row.split(',').slice(0, 9).join(','))).toEqual(
    ['=1+1', '+1', '-1', '@sum'].map((prompt) => `,'${prompt},x,-1,pending,,,,`),
  );
  expect(rows.join('\n')).toContain(`,'\tx,`);
  expect(rows.join('\n')).toContain(`,"'\rx",`);
  reader.close();
  await ledger.close();
});

test('both manifests come of one reading of the ledger, and one that breaks off leaves both as they were', async () => {
  const ledger = ledgerWith('a', 'b');
  const reader = openReader(ledger.dir);
  const contents = () =>
    ['manifest.jsonl', 'manifest.csv'].map((name) => readFileSync(join(ledger.dir, name), 'utf8'));
  let readings = 0;
  const counted = {
    ...reader,
    lines() {
      readings += 1;
      return reader.lines();
    },
  };
  await writeManifests(counted);
  expect(readings).toBe(1);
  const before = contents();
  const broken = {
    ...reader,
    *lines() {
      yield* reader.lines();
      yield* reader.lines();
      throw new Error('torn');
    },
  };
  await expect(writeManifests(broken)).rejects.toThrow('torn');
  expect(contents()).toEqual(before);
  expect(readdirSync(ledger.dir).filter((name) => name.endsWith('.part'))).toEqual([]);
  reader.close();
  await ledger.close();
});

test('a file of another kind is refused, and one that cannot be written leaves the old one as it was', async () => {
  const ledger = ledgerWith('a');
  const reader = openReader(ledger.dir);
  const dir = temporaryFolder();
  await expect(exportManifest(reader, join(dir, 'x.xlsx'))).rejects.toMatchObject({ about: 'usage' });
  await expect(exportManifest(reader, join(dir, 'missing', 'x.csv'))).rejects.toBeInstanceOf(UserError);

  const target = join(dir, 'x.jsonl');
  writeFileSync(target, 'old');
  const broken = { ...reader, lines: () => brokenLines() };
  await expect(exportManifest(broken, target)).rejects.toThrow('torn');
  expect(readFileSync(target, 'utf8')).toBe('old');
  expect(readdirSync(dir)).toEqual(['x.jsonl']);

  function* brokenLines() {
    yield* reader.lines();
    throw new Error('torn');
  }
  reader.close();
  await ledger.close();
});

test('an estimated cost is marked in both manifests, and where there is none nothing tells of estimates', async () => {
  const ledger = readableAtOnce(ledgerWith('a', 'b'));
  const done = { status: 'done', attempt: 1, files: [] } as const;
  await ledger.record(jobId('a'), { ...done, requestId: requestId('a'), costUsd: 0.08 }, at(1));
  const reader = openReader(ledger.dir);
  await writeManifests(reader);
  const read = (name: string): string => readFileSync(join(ledger.dir, name), 'utf8');
  expect(read('manifest.csv')).not.toContain('cost_estimated');
  expect(read('manifest.jsonl')).not.toContain('cost_estimated');
  await ledger.record(
    jobId('b'),
    { ...done, requestId: requestId('b'), costUsd: 0.002, costEstimated: true },
    at(2),
  );
  await writeManifests(reader);
  const [head = '', first = '', second = ''] = read('manifest.csv').split('\n');
  const column = head.split(',').indexOf('cost_estimated');
  expect([first, second].map((row) => row.split(',')[column])).toEqual(['', 'true']);
  const lines = read('manifest.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ cost, cost_estimated }) => [cost, cost_estimated])).toEqual([
    [0.08, undefined],
    [0.002, true],
  ]);
  expect(reader.holdings()).toMatchObject({ spentUsd: 0.082, estimatedUsd: 0.002 });
  reader.close();
  await ledger.close();
});

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { type Ended, manifestOf, rcb, workFolder } from '../../support/command-line.ts';
import { shareWith } from '../../support/shared-folders.ts';

let simulator: Simulator;
let cwd: string;

/** `ci` is the folder of ci-2, which has two files; `cats` is the mirror of a laptop that has none. */
beforeEach(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
  const started = simulator;
  onTestFinished(() => started.close());
  cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\nan owl\n');
  expect(await rcb(['run', 'cats.csv', '-o', 'ci', '--base-url', simulator.baseUrl], { cwd })).toMatchObject({
    code: 0,
  });
  await shareWith(join(cwd, 'ci'), join(cwd, 'cats'));
});

const jsonOf = ({ stdout }: Ended) => JSON.parse(stdout.trimEnd().split('\n').at(-1) as string);

async function expectRefused(words: readonly string[]): Promise<void> {
  writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\nan owl\na dog\n');
  const { code, stderr } = await rcb([...words, '--base-url', simulator.baseUrl], { cwd });
  expect([code, stderr]).toEqual([64, expect.stringContaining('the shared run "cats"')]);
  expect(stderr).toMatch(/Set RCB_LEDGER, or pass --ledger.* rcb pull \S+ --detach/s);
  expect(simulator.census().acceptedTotal).toBe(2);
}

describe('a mirror without its shared ledger', () => {
  test.each([
    ['run', ['run', 'cats.csv', '-o', 'cats', '--yes']],
    ['resume', ['resume', 'cats']],
    ['retry', ['retry', 'cats']],
    ['reconcile', ['reconcile', 'cats', '--resubmit', 'all']],
    ['cancel', ['cancel', 'cats']],
    ['fetch', ['fetch', 'cats']],
    ['vary', ['vary', 'cats', 'JOB', 'prompt=a dog', '--yes']],
  ])('is never worked on, whatever is asked for (%s)', async (_, words) => {
    const [line] = manifestOf(join(cwd, 'ci'));
    await expectRefused(words.map((word) => (word === 'JOB' ? String(line?.job) : word)));
  });

  test('nor is the folder where it began, nor a copy', async () => {
    await expectRefused(['resume', 'ci']);
    cpSync(join(cwd, 'cats'), join(cwd, 'copy'), { recursive: true });
    await expectRefused(['resume', 'copy']);
  });

  test('is read by everything that reads, which says where the files lie', async () => {
    for (const dir of ['cats', 'ci']) {
      for (const words of [
        ['ls', dir],
        ['export', dir, '-o', `${dir}.jsonl`],
        ['plan', 'cats.csv', '-o', dir],
      ])
        expect(await rcb(words, { cwd })).toMatchObject({ code: 0 });
    }
    const status = await rcb(['status', 'cats', '--json'], { cwd });
    expect(jsonOf(status)).toMatchObject({
      missing_files: 0,
      counts: { done: 2 },
      files_elsewhere: [{ runner: 'ci-2', jobs: 2, files: 2 }],
    });
    expect((await rcb(['status', 'cats'], { cwd })).stdout).toContain('2 files lie on ci-2: rcb pull cats');
    expect(jsonOf(await rcb(['status', 'ci', '--json'], { cwd }))).not.toHaveProperty('files_elsewhere');
    expect(jsonOf(await rcb(['plan', 'cats.csv', '-o', 'cats', '--json'], { cwd }))).toMatchObject({
      ...{ done: 2, new: 0, missing_files: 0 },
    });
    const [line] = readFileSync(join(cwd, 'cats.jsonl'), 'utf8')
      .split('\n')
      .map((each) => each && JSON.parse(each));
    expect(line).toMatchObject({ runner: 'ci-2', state: 'done' });
    const job = String(line?.job);
    expect((await rcb(['show', 'cats', job], { cwd })).stdout).toMatch(/files on\s+ci-2/);
    expect(await rcb(['open', 'cats', job, '--print'], { cwd })).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/lies on ci-2.*rcb pull cats/s),
    });
    expect(await rcb(['open', 'ci', job, '--print'], { cwd })).toMatchObject({ code: 0 });
    expect(await rcb(['view', 'cats', '--no-open'], { cwd })).toMatchObject({ code: 0 });
    expect(await rcb(['sheet', 'cats'], { cwd })).toMatchObject({ code: 0 });
  });
});

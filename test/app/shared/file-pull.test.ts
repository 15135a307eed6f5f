import { cpSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { runPolicy } from '../../../src/app/policies.ts';
import { pullFiles } from '../../../src/app/shared/file-pull.ts';
import type { PulledView } from '../../../src/report/folder/pull-text.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { readSharing } from '../../../src/store/mirror/mirror-reading.ts';
import { openMirror } from '../../../src/store/mirror/opened-mirror.ts';
import { manifestOf, rcb, workFolder } from '../../support/command-line.ts';
import { shareWith } from '../../support/shared-folders.ts';

const jobs = 4;
let simulator: Simulator;
let cwd: string;
let ci: string;
let cats: string;
let paths: readonly string[];

/** `ci` has all the files, `cats` is a mirror without any. */
beforeEach(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
  const started = simulator;
  onTestFinished(() => started.close());
  cwd = workFolder();
  [ci, cats] = [join(cwd, 'ci'), join(cwd, 'cats')];
  const rows = Array.from({ length: jobs }, (_, seed) => `a cat,${seed}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${rows.join('\n')}\n`);
  const run = await rcb(['run', 'cats.csv', '-o', 'ci', '--base-url', simulator.baseUrl], { cwd });
  expect(run.code).toBe(0);
  paths = manifestOf(ci).map(({ outputs: [first] }) => first?.path ?? '');
  await shareWith(ci, cats);
});

function pull(from: readonly string[] = [], versions?: ReadonlyMap<string, string>): Promise<PulledView> {
  const env = { RUNCOMFY_API_TOKEN: 'test-token', HOME: cwd };
  return pullFiles({
    ...{ dir: cats, from, policy: runPolicy({}, {}), leave: new AbortController().signal },
    accessRequest: {
      env,
      baseUrl: simulator.baseUrl,
      tokenFile: null,
      isAccountMeant: true,
      ask: async () => true,
    },
    ...(versions === undefined ? {} : { versions }),
    observe: () => undefined,
  });
}

const none = { copied: 0, readAgain: 0, otherRecipes: 0, other: 0, gone: 0, failed: 0, failure: null };

function expectSameFiles(): void {
  for (const path of paths) expect(readFileSync(join(cats, path))).toEqual(readFileSync(join(ci, path)));
}

test('files of another runner are read from the API again, byte for byte, and paid for by nobody', async () => {
  expect(await pull()).toEqual({ ...none, jobs, readAgain: jobs });
  expectSameFiles();
  expect(simulator.census()).toMatchObject({ acceptedTotal: jobs, doubled: [] });
  expect(await pull()).toEqual({ ...none, jobs: 0 });
  truncateSync(join(cats, paths[0] as string), 10);
  rmSync(join(cats, paths[1] as string));
  expect(await pull()).toEqual({ ...none, jobs: 2, readAgain: 2 });
  expectSameFiles();
  expect(existsSync(join(cats, '.pull'))).toBe(false);
});

test('files are copied from folders of other machines where these have them, and linked where that is safe', async () => {
  truncateSync(join(ci, paths[0] as string), 10);
  const other = readFileSync(join(ci, paths[1] as string));
  writeFileSync(join(ci, paths[1] as string), Buffer.alloc(other.length));
  cpSync(ci, join(cwd, 'mount/ci-2'), { recursive: true });
  rmSync(join(cwd, 'mount/ci-2/manifest.db'));
  expect(await pull([join(cwd, 'mount'), ci])).toEqual({ ...none, jobs, copied: 2, readAgain: 2 });
  const [, , third = ''] = paths;
  const places = [join(cats, third), join(cwd, 'mount/ci-2', third)].map((path) => statSync(path).ino);
  expect(places[0]).toBe(places[1]);
  expect(readFileSync(join(cats, paths[1] as string))).toEqual(other);
  await expect(pull([join(cwd, 'nowhere')])).rejects.toThrow('is not a folder');
});

test('what the server no longer has is said, and so are recipes of another version', async () => {
  expect(await pull([], new Map([['ci-2', '0.0.9']]))).toEqual({
    ...{ ...none, jobs, readAgain: jobs, otherRecipes: jobs },
  });
  rmSync(join(cats, 'files'), { recursive: true });
  await simulator.close();
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
  const restarted = simulator;
  onTestFinished(() => restarted.close());
  expect(await pull()).toEqual({ ...none, jobs, gone: jobs });
  expect(existsSync(join(cats, paths[0] as string))).toBe(false);
});

test('files come beside a process that works on the folder', async () => {
  const worker = openMirror(cats);
  expect(await pull()).toMatchObject({ readAgain: jobs });
  await worker.ledger.close();
  expect(readSharing(cats)).toMatchObject({ mark: { run: 'cats' }, handover: null, untold: 0 });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { beforeEach, expect, test } from 'vitest';
import { outputOf } from '../../src/cli/output.ts';
import { pageBeside } from '../../src/cli/page-beside.ts';
import type { SignalName, System } from '../../src/cli/system.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { workFolder } from '../support/command-line.ts';
import { until } from '../support/processes.ts';

let cwd: string;
beforeEach(() => {
  cwd = workFolder();
});

/** A run's side of its page, which a process makes that only says such lines once it is to make the last one. */
function beside(lines: string, atTheEnd: 'hangs' | 'ends' | 'fails', flags: { quiet?: true } = {}) {
  const script = join(cwd, 'builder.mjs');
  const ends = { hangs: '', ends: 'process.exit(0)', fails: 'process.exit(73)' };
  writeFileSync(
    script,
    `import { appendFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(join(cwd, 'started'))}, process.pid + '\\n');
process.stdin.on('end', () => process.exit(0));
process.stdin.on('data', (text) => {
  if (String(text).includes('last')) process.stdout.write(${JSON.stringify(lines)}, () => { ${ends[atTheEnd]} });
});`,
  );
  const listeners = new Map<string, () => void>();
  const stderr = new PassThrough();
  let said = '';
  stderr.on('data', (text) => {
    said += text;
  });
  const system: System = {
    argv: [],
    env: { PATH: process.env.PATH },
    stdin: Readable.from([]),
    stdout: new PassThrough(),
    stderr,
    pid: process.pid,
    nodeVersion: process.versions.node,
    execPath: process.execPath,
    mainPath: script,
    exit() {},
    signalGroup() {},
    killGroup() {},
    onSignal(name, listener) {
      if (name !== 'SIGCONT') listeners.set(name, listener);
      return () => listeners.delete(name);
    },
  };
  const page = pageBeside('out/cats', flags, outputOf(flags, system), system);
  if (page === null) throw new Error('a page is made by default');
  return {
    page,
    said: () => said,
    signal: (name: SignalName) => listeners.get(name)?.(),
    started: () => readFileSync(join(cwd, 'started'), 'utf8').trim().split('\n'),
  };
}

const toMake = '1,240 thumbnails are still to be made, about 20s.';

test('what the last page waits for is told once, and Ctrl-C leaves it', async () => {
  const { page, said, signal } = beside('0 1240 20000\n300 1240 15000\n', 'hangs');
  const finished = page.finish();
  await until(() => said() !== '');
  expect(said()).toBe(`${toMake} Ctrl-C leaves them: rcb view out/cats makes the rest.\n`);
  signal('SIGINT');
  await finished;
  expect(said()).toBe(`${toMake} Ctrl-C leaves them: rcb view out/cats makes the rest.\n`);
});

test('a user who leaves before anything was told is told how to build the page', async () => {
  const { page, said, signal, started } = beside('', 'hangs');
  const finished = page.finish();
  await until(() => {
    try {
      return started().length === 1;
    } catch {
      return false;
    }
  });
  signal('SIGTERM');
  await finished;
  expect(said()).toBe('The page was left as it is. To build it: rcb view out/cats\n');
});

test('what would take longer than a run waits is told, and what was left out', async () => {
  const { page, said } = beside('10 9000 200000\n1500 9000 0\n', 'ends');
  await page.finish();
  expect(said()).toBe(
    '8,990 thumbnails are still to be made, about 3m20s. They are made for 20s, or until Ctrl-C: rcb view out/cats makes the rest.\n' +
      '7,500 thumbnails were not made. To make them: rcb view out/cats\n',
  );
});

test('what takes no second is not told, nor anything but trouble under --quiet', async () => {
  const quick = beside('5 12 400\n12 12 0\n', 'ends');
  await quick.page.finish();
  expect(quick.said()).toBe('');
  const silent = beside('0 1240 20000\n1240 1240 0\n', 'ends', { quiet: true });
  await silent.page.finish();
  expect(silent.said()).toBe('');
  const broken = beside('0 1240 20000\n', 'fails', { quiet: true });
  await broken.page.finish();
  expect(broken.said()).toMatch(
    /^The page is incomplete: .*exit code 73\. To build it: rcb view out\/cats\n$/,
  );
});

test('one process makes all pages of a run, from its first result to its end', async () => {
  const { page, started } = beside('', 'ends');
  const done = { type: 'advanced', state: { status: 'done' } } as unknown as RunEvent;
  const running = { type: 'advanced', state: { status: 'running' } } as unknown as RunEvent;
  for (const event of [running, done, done, running, done]) page.observe(event);
  await page.finish();
  expect(started()).toHaveLength(1);
});

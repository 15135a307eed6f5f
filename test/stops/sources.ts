import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { JobStatus } from '../../src/core/job/job.ts';
import type { ManifestLine } from '../../src/core/job/manifest.ts';
import { openReader } from '../../src/store/ledger/reader.ts';
import type { Ended } from '../support/command-line.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Runs the program from its sources as a process of its own. `onEvent` gets each event of `--json` as it comes. */
export function run(
  args: readonly string[],
  setting: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
  onEvent: (event: Readonly<Record<string, unknown>>) => void = () => {},
): Promise<Ended> {
  const { cwd, env = {} } = setting;
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr, seen] = ['', '', 0];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (let end = stdout.indexOf('\n', seen); end >= 0; end = stdout.indexOf('\n', seen)) {
      onEvent(JSON.parse(stdout.slice(seen, end)) as Record<string, unknown>);
      seen = end + 1;
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** What the ledger of a folder says at this moment. */
export function linesOf(dir: string): ManifestLine[] {
  const reader = openReader(dir);
  try {
    return [...reader.lines()];
  } finally {
    reader.close();
  }
}

export function countsOf(
  lines: readonly { readonly state: JobStatus }[],
): Partial<Record<JobStatus, number>> {
  const counts: Partial<Record<JobStatus, number>> = {};
  for (const { state } of lines) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

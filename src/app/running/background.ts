import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Environment } from '../../core/environment.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { ownFile, privateFile } from '../../store/files/plain-files.ts';

/** How a process of this program is started that runs a folder: the command with all its options, but for the folder. */
interface RunProgram {
  readonly execPath: string;
  readonly args: readonly string[];
  readonly env: Environment;
}

/** How a run in the background began. `failed`: what it said before it ended; null: nothing. */
type BackgroundStart =
  | { readonly type: 'running'; readonly pid: number; readonly log: string }
  | { readonly type: 'failed'; readonly error: JsonObject | null; readonly log: string };

/** The descriptor on which it says how it began. */
const reportsTo = 3;

/**
 * Starts a run that outlives this process and its terminal: in a session of its own, with what it prints in a file of
 * the run folder. Resolves once it holds the folder's lock, or has ended without. Whoever calls this has let go of that
 * lock; if another process takes it in between, the new one ends without submitting anything.
 */
export async function startInBackground(dir: string, program: RunProgram): Promise<BackgroundStart> {
  const log = join(dir, 'background.log');
  ownFile(log);
  const { O_CREAT, O_TRUNC, O_WRONLY, O_NOFOLLOW = 0 } = constants;
  const file = openSync(log, O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW, privateFile);
  try {
    const child = spawn(program.execPath, [...program.args, dir], {
      env: program.env,
      stdio: ['ignore', file, file, 'pipe'],
      detached: true,
      windowsHide: true,
    });
    const report = child.stdio[reportsTo] as Readable;
    const ended = Promise.race([once(report, 'end'), once(child, 'error')]);
    let said = '';
    report.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await ended;
    child.unref();
    const answer = read(said);
    if (child.pid !== undefined && answer?.running === true) return { type: 'running', pid: child.pid, log };
    return { type: 'failed', error: answer, log };
  } finally {
    closeSync(file);
  }
}

function read(said: string): JsonObject | null {
  try {
    const answer: unknown = JSON.parse(said);
    return isJsonObject(answer) ? answer : null;
  } catch {
    return null;
  }
}

/** Said by the process itself, once: that it is running, or what ended it. Nobody may be listening. */
export function reportStart(answer: { readonly running: true } | object): void {
  try {
    writeSync(reportsTo, JSON.stringify(answer));
    closeSync(reportsTo);
  } catch {
    // It was started by hand, or its parent is gone.
  }
}

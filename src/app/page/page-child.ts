import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Environment } from '../../core/environment.ts';
import type { RunEvent } from '../../core/ports.ts';
import { pageFile } from '../../view/page-file.ts';
import { realClock } from '../real-clock.ts';
import { lastWord, readProgress, type ThumbnailProgress } from './page-words.ts';

/** How a process of this program is started that makes pages (`makePages`): the command, with the folder behind it. */
interface PageProgram {
  readonly execPath: string;
  readonly args: readonly string[];
  readonly env: Environment;
}

/** Has the viewer's page made beside a run by a process that cannot slow, break or outlive it. */
export interface PageKeeper {
  /** The process starts when there is a first result to show. */
  observe(event: RunEvent): void;
  /**
   * Waits for the page of how things stand, until `leaving`, which leaves it as it is; tells how far its thumbnails are.
   * Never throws: what went wrong, or null.
   */
  finish(leaving: AbortSignal, onThumbnails: OnThumbnails): Promise<string | null>;
  /** Waits for nothing: the process ends by itself. */
  leave(): void;
  /** Where the page is; null: there is none. */
  page(): string | null;
  /** Where it will be. */
  readonly path: string;
}

type OnThumbnails = (progress: ThumbnailProgress) => void;

/** Of the environment, what a process needs to run at all; tokens and other secrets are none of its business. */
const passedOn =
  /^(PATH|HOME|USERPROFILE|XDG_CACHE_HOME|LOCALAPPDATA|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|WINDIR|(DY)?LD_LIBRARY_PATH)$/i;

const maxWaitMs = 120_000;

export function pageKeeper(dir: string, program: PageProgram): PageKeeper {
  const page = join(dir, pageFile);
  let builder: Builder | null = null;
  return {
    observe(event) {
      if (event.type !== 'advanced' || event.state.status !== 'done') return;
      builder ??= startBuilder(dir, program, 'gives way');
    },
    async finish(leaving, onThumbnails) {
      const early = builder;
      builder ??= startBuilder(dir, program, 'is waited for');
      const trouble = await builder.finished(leaving, onThumbnails);
      // One that broke down on the way may have met a picture that breaks any; the page comes before the pictures.
      if (trouble === null || early === null || leaving.aborted) return trouble;
      builder = startBuilder(dir, program, 'is waited for');
      return builder.finished(leaving, onThumbnails);
    },
    leave: () => builder?.leave(),
    page: () => (existsSync(page) ? page : null),
    path: page,
  };
}

interface Builder {
  /** Asks for the last page and waits for it, or until `leaving`. What went wrong, or null. */
  finished(leaving: AbortSignal, onThumbnails: OnThumbnails): Promise<string | null>;
  leave(): void;
}

function startBuilder(
  dir: string,
  { execPath, args, env }: PageProgram,
  standing: 'gives way' | 'is waited for',
): Builder {
  const child = spawn(execPath, [...args, dir], {
    env: environmentOf(env),
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  });
  // Before it has threads, which inherit it.
  if (child.pid !== undefined && standing === 'gives way') giveWay(child.pid);
  // Without a reader, or without a process at all, what is written to it is lost, and nothing else.
  child.stdin?.on('error', () => {});
  const ended = endOf(child);

  function leave(): void {
    child.stdin?.destroy();
    child.stdout?.destroy();
    child.unref();
  }
  return {
    leave,
    async finished(leaving, onThumbnails) {
      child.stdin?.write(lastWord);
      if (child.stdout !== null) {
        createInterface({ input: child.stdout }).on('line', (line) => {
          const progress = readProgress(line);
          if (progress !== null) onThumbnails(progress);
        });
      }
      const patience = new AbortController();
      const waited = realClock
        .sleep(maxWaitMs, AbortSignal.any([leaving, patience.signal]))
        .then(() => {
          child.kill('SIGKILL');
          return `it took longer than ${maxWaitMs / 1_000} seconds`;
        })
        .catch(() => null);
      const trouble = await Promise.race([ended, waited]);
      patience.abort();
      leave();
      return trouble;
    },
  };
}

function endOf(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => {
      if (code === 0) resolve(null);
      else
        resolve(
          signal === null ? `its process ended with exit code ${code}` : `its process ended by ${signal}`,
        );
    });
  });
}

// Not lower: on a busy machine the lowest gets nothing at all, and the run waits for it in the end.
function giveWay(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or the system does not let us: it then does its work as anyone would.
  }
}

function environmentOf(env: Environment): Record<string, string> {
  const entries = Object.entries(env).filter(([name]) => passedOn.test(name));
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

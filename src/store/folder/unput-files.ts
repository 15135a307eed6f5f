import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobId, RequestId } from '../../core/job/job.ts';
import type { Collected } from '../../core/ports.ts';
import { plainParts } from './folder-bounds.ts';
import { isOfTheSystem } from './json-files.ts';

interface Unput {
  readonly job: JobId;
  readonly request: RequestId;
  readonly collected: Collected;
}

/** What a run folder has collected and not yet put where its files are to be as well. */
interface UnputMemory {
  of(job: JobId, requestId: RequestId): Collected | null;
  keep(job: JobId, requestId: RequestId, collected: Collected): void;
  forget(job: JobId): void;
  /** Removes what nobody needs any more. */
  close(): void;
}

const fileName = '.unput.jsonl';
// Of each line that is needed, this many may be old ones.
const maxOld = 4;
const minLines = 1_000;

/** Whether an earlier process has left any. */
export function hasUnputFiles(dir: string): boolean {
  return existsSync(join(dir, fileName));
}

/**
 * Remembers it for the next process: a line is enough, and losing one costs a download. Nothing is synced, and a disk
 * that takes no line takes no result either, which is reported where results are saved. `open`: the jobs that are not done.
 */
export function unputFiles(dir: string, open: ReadonlySet<JobId>): UnputMemory {
  const path = join(dir, fileName);
  const kept = new Map(
    linesOf(path)
      .filter(({ job }) => open.has(job))
      .map((each) => [each.job, each]),
  );
  let lines = 0;

  function attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!isOfTheSystem(error)) throw error;
    }
  }

  function rewrite(): void {
    lines = kept.size;
    attempt(() => {
      if (lines === 0) rmSync(path, { force: true });
      else writeFileSync(path, [...kept.values()].map(lineOf).join(''));
    });
  }

  rewrite();
  return {
    of(job, requestId) {
      const found = kept.get(job);
      return found?.request === requestId ? found.collected : null;
    },
    keep(job, request, collected) {
      if (kept.get(job)?.request === request) return;
      const unput = { job, request, collected };
      kept.set(job, unput);
      lines += 1;
      attempt(() => appendFileSync(path, lineOf(unput)));
    },
    forget(job) {
      if (kept.delete(job) && lines > Math.max(minLines, maxOld * kept.size)) rewrite();
    },
    close: rewrite,
  };
}

const lineOf = (unput: Unput): string => `${JSON.stringify(unput)}\n`;

function linesOf(path: string): readonly Unput[] {
  try {
    return readFileSync(path, 'utf8').split('\n').flatMap(read);
  } catch (error) {
    if (isOfTheSystem(error)) return [];
    throw error;
  }
}

/** The last line may have been cut off, and whoever made the folder may have written others. */
function read(line: string): readonly Unput[] {
  try {
    const { job, request, collected } = JSON.parse(line) as Partial<Unput>;
    if (typeof job !== 'string' || typeof request !== 'string' || !Array.isArray(collected?.files)) return [];
    for (const { path } of collected.files) plainParts(path);
    return [{ job, request, collected }];
  } catch {
    return [];
  }
}

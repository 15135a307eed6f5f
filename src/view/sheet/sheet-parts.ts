import type { JobStatus } from '../../core/job/job.ts';
import type { SheetJob } from './sheet-table.ts';
import type { CellTone } from './sheet-theme.ts';

/** One item in a cell. */
export type SheetPart =
  | { readonly kind: 'image'; readonly path: string; readonly runner?: string }
  | { readonly kind: 'words'; readonly tone: CellTone; readonly heading: string; readonly text: string };

const toneOf = {
  pending: 'waiting',
  submitting: 'waiting',
  queued: 'waiting',
  running: 'waiting',
  succeeded: 'waiting',
  done: 'waiting',
  failed: 'bad',
  cancelled: 'bad',
  lost: 'bad',
  unknown: 'doubtful',
} as const satisfies Record<JobStatus, CellTone>;

/** All files of each job, or its state and the reason; for a cell without jobs, a note that says so. */
export function partsOf(jobs: readonly SheetJob[]): readonly SheetPart[] {
  if (jobs.length === 0) return [{ kind: 'words', tone: 'empty', heading: '', text: 'no job' }];
  return jobs.flatMap(({ files, state, reason, runner }): SheetPart[] => {
    if (files.length === 0) {
      return [{ kind: 'words', tone: toneOf[state], heading: state, text: reason ?? '' }];
    }
    return files.map(({ path, mime }) =>
      mime.startsWith('image/')
        ? { kind: 'image', path, ...(runner === undefined ? {} : { runner }) }
        : { kind: 'words', tone: 'plain', heading: mime.split('/')[0] as string, text: fileName(path) },
    );
  });
}

/** An image file that another runner has. */
export function elsewhere(path: string, runner: string): SheetPart {
  return { kind: 'words', tone: 'waiting', heading: `on ${runner}`, text: fileName(path) };
}

/** An image file that is missing or cannot be decoded. */
export function unreadable(path: string, heading: 'missing' | 'broken', reason: string): SheetPart {
  const text = reason === '' ? fileName(path) : `${fileName(path)}: ${reason}`;
  return { kind: 'words', tone: 'bad', heading, text };
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

import type { JobStatus } from '../../../core/job/job.ts';
import { quoted } from '../../../core/shell-words.ts';
import type { PageHead, PageJob } from '../../page-data.ts';

/** What to know of a job that has no result, and what to do about it. */
export interface Remedy {
  readonly sentence: string;
  /** To be pasted into a shell; null: nothing but waiting is needed. */
  readonly command: string | null;
}

const sentences = {
  pending: 'It was not submitted yet, and nothing was paid for it.',
  submitting: 'It was about to be submitted; the next run settles whether it was.',
  queued: 'The server accepted it. Going on collects it and pays nothing again.',
  running: 'The server is making it. Going on collects it and pays nothing again.',
  succeeded:
    'It is made; its files are not safe on disk yet. Going on downloads them and pays nothing again.',
  done: 'Its files are on disk.',
  failed: 'It ended without a result.',
  cancelled: 'It was cancelled.',
  lost: 'The server no longer knows it.',
  unknown:
    'Whether its submit was accepted is not known: it may be running and billed, so it is held for you.',
} as const satisfies Record<JobStatus, string>;

/** The command is the one that the report names for its kind of failure, where it names one. */
export function remedyOf(job: PageJob, head: PageHead): Remedy {
  const sentence = sentences[job.state];
  const { error } = job;
  const group = head.overview.failures.find(
    (failure) => failure.class === error?.class && failure.message === error.message,
  );
  if (group !== undefined) return { sentence, command: group.next };
  const dir = quoted(head.dir);
  switch (job.state) {
    case 'pending':
    case 'submitting':
    case 'queued':
    case 'running':
    case 'succeeded':
      if (head.isRunning)
        return { sentence: `${sentence} A run is going on: refresh this page.`, command: null };
      if (!job.isPlanned)
        return { sentence: `${sentence} The current plan no longer asks for it.`, command: null };
      return { sentence, command: `rcb resume ${dir}` };
    case 'failed':
    case 'cancelled':
    case 'lost':
      return { sentence, command: commandForEnded(job, dir) };
    case 'unknown':
      return { sentence, command: `rcb reconcile ${dir}` };
    case 'done':
      return { sentence, command: null };
  }
}

/** A new attempt is not proposed where it would most likely be paid for in vain. */
function commandForEnded({ job, error }: PageJob, dir: string): string {
  if (error?.class === 'no_output') return `rcb fetch ${dir}`;
  return error?.class === 'refused' ? `rcb show ${dir} ${job}` : `rcb retry ${dir} ${job}`;
}

import type { JobStatus } from '../../../core/job/job.ts';
import { quoted } from '../../../core/shell-words.ts';
import type { PageHead, PageJob } from '../../page-data.ts';

/** Why a job has no result, and what to do about it. */
interface Remedy {
  readonly sentence: string;
  /** A shell command; null: nothing to run. */
  readonly command: string | null;
}

const sentences = {
  pending: 'Not submitted yet. Nothing has been paid for it.',
  submitting: 'The submission was in progress. The next run finds out whether it was accepted.',
  queued: 'Accepted by the server. Resume to collect it, at no extra cost.',
  running: 'The server is generating it. Resume to collect it, at no extra cost.',
  succeeded: 'Generated, but not downloaded yet. Resume to download it, at no extra cost.',
  done: 'The files are on disk.',
  failed: 'It ended without a result.',
  cancelled: 'It was cancelled.',
  lost: 'The server no longer knows this request.',
  unknown: 'It is unclear whether this was accepted. It may have been billed, so it waits for your decision.',
} as const satisfies Record<JobStatus, string>;

/** The command is the one that the report gives for this failure, if it gives one. */
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
        return { sentence: `${sentence} A run is in progress: reload this page to see more.`, command: null };
      if (!job.isPlanned) return { sentence: `${sentence} It is no longer in the plan.`, command: null };
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

/** Never suggests a new attempt that would most likely be paid for in vain. */
function commandForEnded({ job, error }: PageJob, dir: string): string {
  if (error?.class === 'no_output') return `rcb fetch ${dir}`;
  return error?.class === 'refused' ? `rcb show ${dir} ${job}` : `rcb retry ${dir} ${job}`;
}

import type { JobStatus } from '../../../core/job/job.ts';
import { promptText } from '../../../core/job/named-inputs.ts';
import { quoted } from '../../../core/shell-words.ts';
import type { PageHead, PageJob } from '../../page-data.ts';
import { dirOf, ownId } from '../../pairs/compared-folders.ts';
import { placesText } from './row-places.ts';

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
  failed: 'It ended without a result. A new attempt is charged again.',
  cancelled: 'It was cancelled. A new attempt is charged.',
  lost: 'The server no longer knows this request. Ask once more, at no cost, before you pay for a new attempt.',
  unknown: 'It is unclear whether this was accepted. It may have been billed, so it waits for your decision.',
} as const satisfies Record<JobStatus, string>;

/** For people who have no run folder. */
const plainSentences = {
  ...sentences,
  pending: 'Not made yet.',
  submitting: 'Not made yet.',
  queued: 'Not made yet.',
  running: 'Being made.',
  succeeded: 'Made, but not in this parcel yet.',
  done: 'Its files are not in this parcel.',
  lost: 'It ended without a result.',
  unknown: 'It has no result yet.',
} as const satisfies Record<JobStatus, string>;

/** The command is the one that the report gives for this failure, if it gives one for a job in this state. */
export function remedyOf(job: PageJob, head: PageHead): Remedy {
  if (head.compared !== undefined) return remedyOf(ownJob(job), ownHead(head, job));
  if (head.parcel !== undefined) return { sentence: plainSentences[job.state], command: null };
  const sentence = sentences[job.state];
  const dir = quoted(head.dir);
  switch (job.state) {
    case 'pending':
    case 'submitting':
    case 'queued':
    case 'running':
    case 'succeeded':
      return whileUnfinished(job, head);
    case 'failed':
    case 'cancelled':
      return whenEnded(job, head);
    case 'lost':
      return { sentence, command: `rcb fetch ${dir}` };
    case 'unknown':
      return { sentence, command: `rcb reconcile ${dir}` };
    case 'done':
      return { sentence, command: null };
  }
}

const ownJob = (job: PageJob): PageJob => ({ ...job, job: ownId(job.job) });

/** What the page would know if it showed the folder of this job alone. */
function ownHead({ compared: _, ...head }: PageHead, job: PageJob): PageHead {
  const folder = job.job.slice(ownId(job.job).length);
  const failures = head.overview.failures.filter(({ example }) => example.endsWith(folder));
  return {
    ...head,
    dir: dirOf({ ...head, compared: _ ?? [] }, job),
    overview: { ...head.overview, failures },
  };
}

/** What the user has to do first, since the same call would be refused again. */
export function preparationOf(error: PageJob['error']): string | null {
  switch (error?.class) {
    case 'auth':
      return 'Check the token and the account first.';
    case 'balance':
      return 'Top up the balance or raise the cap first.';
    case 'invalid':
      return 'Check the name of the model first.';
    default:
      return null;
  }
}

function whileUnfinished(job: PageJob, head: PageHead): Remedy {
  const sentence = [sentences[job.state], preparationOf(job.error)].filter((part) => part !== null).join(' ');
  if (head.isRunning)
    return { sentence: `${sentence} A run is in progress: reload this page to see more.`, command: null };
  if (!job.isPlanned) return { sentence: `${sentence} It is no longer in the plan.`, command: null };
  const fitting = groupCommand(job, head);
  // What the API did not accept is corrected in the input: its group only proposes to show it.
  const isShown = job.error?.class === 'invalid';
  return { sentence, command: fitting === null || isShown ? `rcb resume ${quoted(head.dir)}` : fitting };
}

/** Never suggests a new attempt that would most likely be paid for in vain. */
function whenEnded(job: PageJob, head: PageHead): Remedy {
  const dir = quoted(head.dir);
  const sentence = sentences[job.state];
  switch (job.error?.class) {
    case 'refused':
    case 'invalid':
      return { sentence: editSentence([job]), command: null };
    case 'no_output':
      return {
        sentence: 'It ended without output. Ask for the result once more, at no cost.',
        command: `rcb fetch ${dir}`,
      };
    case 'unknown_submit':
      return {
        sentence: 'This submission was written off. If it was billed, a new attempt is paid for twice.',
        command: `rcb retry ${dir} ${job.job}`,
      };
    default:
      return { sentence, command: groupCommand(job, head) ?? `rcb retry ${dir} ${job.job}` };
  }
}

function groupCommand({ error }: PageJob, { overview }: PageHead): string | null {
  const group = overview.failures.find(
    (failure) => failure.class === error?.class && failure.message === error.message,
  );
  return group?.next ?? null;
}

/** Where to change what was refused: the same input would be refused again. The jobs have one class of error. */
export function editSentence(jobs: readonly PageJob[]): string {
  const [first] = jobs;
  const hasPrompt = first !== undefined && promptText(first.input) !== null;
  const many = new Set(jobs.map(({ input }) => promptText(input))).size > 1;
  const what = `${hasPrompt ? 'prompt' : 'input'}${many ? 's' : ''}`;
  const begin =
    first?.error?.class === 'refused'
      ? `The ${what} ${many ? 'were' : 'was'} refused.`
      : `The API did not accept the ${hasPrompt ? 'inputs' : what}, and nothing was generated.`;
  const places = placesText(jobs.flatMap(({ rows }) => rows));
  return `${begin} Edit ${places ?? (many ? 'them' : 'it')} and run again.`;
}

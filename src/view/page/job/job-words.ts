import type { JobStatus } from '../../../core/job.ts';
import type { PageJob } from '../../page-data.ts';
import { labelOf } from '../filters/keys.ts';

/** What a state is called on the page, and which colour says it. */
export const stateWords = {
  pending: { word: 'pending', tone: 'quiet' },
  submitting: { word: 'submitting', tone: 'going' },
  queued: { word: 'queued', tone: 'going' },
  running: { word: 'running', tone: 'going' },
  succeeded: { word: 'to be downloaded', tone: 'going' },
  done: { word: 'done', tone: 'good' },
  failed: { word: 'failed', tone: 'bad' },
  cancelled: { word: 'cancelled', tone: 'quiet' },
  lost: { word: 'lost', tone: 'bad' },
  unknown: { word: 'unknown', tone: 'warn' },
} as const satisfies Record<JobStatus, { readonly word: string; readonly tone: Tone }>;

export type Tone = 'quiet' | 'going' | 'good' | 'bad' | 'warn';

/** What a job was asked to show; where nothing was asked in words, its own name. */
export function promptOf({ input, name }: PageJob): string {
  const { prompt } = input;
  return typeof prompt === 'string' && prompt !== '' ? prompt : (name ?? '');
}

/** A job's values on the axes of its plan, apart from the prompt: `seed 3, style anime`. */
export function axesText(job: PageJob): string {
  return Object.entries(job.axes)
    .filter(([name]) => name !== 'prompt')
    .map(([name, value]) => `${name} ${shortened(labelOf(value), 40)}`)
    .join(', ');
}

/** A job in one line, for those who do not see its picture. */
export function spokenJob(job: PageJob): string {
  const { word } = stateWords[job.state];
  const reason = job.error === null ? null : `${job.error.class}: ${job.error.message}`;
  return [shortened(promptOf(job), 120), axesText(job), word, reason].filter((part) => part).join(', ');
}

/** The text, or its beginning with an ellipsis; never half a character. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text
    .slice(0, most - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`;
}

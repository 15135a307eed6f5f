import { promptName, promptText } from '../../../core/job/named-inputs.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { PageJob } from '../../page-data.ts';
import { labelOf } from '../filters/keys.ts';
import { reasonOf } from './failure-words.ts';

/** The prompt of a job; without one, the user's own id for it, or an empty text. */
export function promptOf({ input, name }: PageJob): string {
  return promptText(input) || (name ?? '');
}

/** The title of a result: see `promptOf`, or else the job's id. */
export function titleOf(job: PageJob): string {
  return promptOf(job) || job.job;
}

/** A value as text: strings without quotes, everything else as JSON. */
export function valueText(value: JsonValue | undefined): string {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A job's values on the axes of its plan, apart from the prompt: `seed 3, style anime`. */
export function axesText(job: PageJob): string {
  return Object.entries(job.axes)
    .filter(([name]) => name !== promptName(job.input))
    .map(([name, value]) => `${name} ${shortened(labelOf(value), 40)}`)
    .join(', ');
}

/** A job in one line, for screen readers. */
export function spokenJob(job: PageJob): string {
  const reason = job.error === null ? null : `${reasonOf(job)}: ${job.error.message}`;
  return [shortened(promptOf(job), 120), axesText(job), job.state, reason].filter((part) => part).join(', ');
}

/** The text, cut to `maxLength` with an ellipsis if it is longer; never within a surrogate pair. */
export function shortened(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text
    .slice(0, maxLength - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`;
}

import type { JsonValue } from '../../../core/json.ts';
import type { PageJob } from '../../page-data.ts';
import { labelOf } from '../filters/keys.ts';

/** What a job was asked to show; where nothing was asked in words, the user's own name for it, or nothing. */
export function promptOf({ input, name }: PageJob): string {
  const { prompt } = input;
  return typeof prompt === 'string' && prompt !== '' ? prompt : (name ?? '');
}

/** What a picture is called: as `promptOf` says, or else by the job's id. */
export function titleOf(job: PageJob): string {
  return promptOf(job) || job.job;
}

/** A value as people read it: texts bare, everything else as JSON. */
export function valueText(value: JsonValue | undefined): string {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
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
  const reason = job.error === null ? null : `${job.error.class}: ${job.error.message}`;
  return [shortened(promptOf(job), 120), axesText(job), job.state, reason].filter((part) => part).join(', ');
}

/** The text, or its beginning with an ellipsis; never half a character. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text
    .slice(0, most - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`;
}

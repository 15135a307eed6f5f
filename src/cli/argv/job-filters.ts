import type { AskedJobs } from '../../app/folder/asked-jobs.ts';
import { UserError } from '../../core/complaints.ts';
import { isCondition } from '../../core/job/conditions.ts';
import { failureKinds } from '../../core/job/failures.ts';
import { type JobStatus, jobStatuses } from '../../core/job/job.ts';
import type { ManifestLine } from '../../core/job/manifest.ts';
import type { Flags } from './flag-names.ts';
import { texts } from './settings.ts';

/** The jobs that `--state` and `--where` leave. */
export function askedJobsOf(flags: Flags): AskedJobs {
  const states = statesOf(flags);
  return { ...(states.length > 0 ? { states } : {}), where: conditionsOf(flags) };
}

function statesOf(flags: Flags): JobStatus[] {
  return texts(flags, 'state')
    .flatMap((given) => given.split(','))
    .map((given) => {
      const state = jobStatuses.find((known) => known === given.trim().toLowerCase());
      if (state === undefined) {
        throw new UserError(
          'usage',
          `--state "${given}" is not a state.`,
          `Give one of ${jobStatuses.join(', ')}.`,
        );
      }
      return state;
    });
}

/**
 * Whether a job is in one of the states, or has failed with one of the classes of errors, that `--state` names; all
 * where it names none. Throws `UserError` (`usage`) for any other word.
 */
export function endingFilterOf(flags: Flags): (line: ManifestLine) => boolean {
  const words = texts(flags, 'state')
    .flatMap((given) => given.split(','))
    .map((given) => given.trim().toLowerCase());
  for (const word of words) {
    if (statusNames.has(word) || errorClasses.has(word)) continue;
    throw new UserError(
      'usage',
      `--state "${word}" is neither a state nor a class of errors.`,
      `States are ${[...statusNames].join(', ')}; classes of errors are ${[...errorClasses].join(', ')}.`,
    );
  }
  if (words.length === 0) return () => true;
  const wanted = new Set(words);
  return ({ state, error }) => wanted.has(state) || (error !== null && wanted.has(error.class));
}

const statusNames: ReadonlySet<string> = new Set(jobStatuses);
const errorClasses: ReadonlySet<string> = new Set(Object.values(failureKinds).map((rule) => rule.class));

/** What `--where` asks for. Throws `UserError` (`usage`) for what has not the form of a condition. */
export function conditionsOf(flags: Flags): readonly string[] {
  const given = texts(flags, 'where');
  const wrong = given.find((each) => !isCondition(each));
  if (wrong === undefined) return given;
  throw new UserError(
    'usage',
    `--where "${wrong}" does not have the form key=value.`,
    "Write it like --where style=anime, --where 'prompt~corgi' or --where 'cost>0.05'.",
  );
}

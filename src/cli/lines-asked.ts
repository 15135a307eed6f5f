import { UserError } from '../core/complaints.ts';
import { type JobStatus, jobStatuses } from '../core/job.ts';
import type { LineFilter } from '../store/manifest-lines.ts';
import type { Flags } from './flags.ts';
import { texts } from './settings.ts';

/** The jobs that `--state` and `--where` leave. */
export function linesAsked(flags: Flags): LineFilter {
  const states = statesOf(flags);
  return { ...(states.length > 0 ? { states } : {}), where: whereOf(flags) };
}

function statesOf(flags: Flags): JobStatus[] {
  return texts(flags, 'state')
    .flatMap((given) => given.split(','))
    .map((given) => {
      const state = jobStatuses.find((known) => known === given.trim().toLowerCase());
      if (state === undefined) {
        throw new UserError(
          'usage',
          `--state "${given}" is no state.`,
          `Give one of ${jobStatuses.join(', ')}.`,
        );
      }
      return state;
    });
}

function whereOf(flags: Flags): Record<string, string> {
  const where = new Map<string, string>();
  for (const given of texts(flags, 'where')) {
    const equals = given.indexOf('=');
    if (equals < 1) {
      throw new UserError(
        'usage',
        `--where "${given}" is not of the form key=value.`,
        'Give --where style=anime.',
      );
    }
    where.set(given.slice(0, equals), given.slice(equals + 1));
  }
  return Object.fromEntries(where);
}

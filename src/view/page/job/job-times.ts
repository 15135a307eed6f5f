import type { PageJob } from '../../page-data.ts';

/** How long a phase of a job's life took. */
interface Phase {
  readonly name: 'time queued' | 'run time' | 'download time';
  readonly tookMs: number;
}

/** An instant of a job's life, in ms since the epoch. */
interface Timestamp {
  readonly name: 'planned' | 'submitted' | 'started' | 'finished' | 'saved';
  readonly at: number;
}

/** The phases with a known duration. One that a clock set back made negative counts as unknown. */
export function phasesOf({ submittedAt, startedAt, finishedAt, doneAt }: PageJob): Phase[] {
  const phases = [
    { name: 'time queued', from: submittedAt, to: startedAt },
    { name: 'run time', from: startedAt, to: finishedAt },
    { name: 'download time', from: finishedAt, to: doneAt },
  ] as const;
  return phases.flatMap(({ name, from, to }) =>
    from === null || to === null || to < from ? [] : [{ name, tookMs: to - from }],
  );
}

export function timestampsOf({
  plannedAt,
  submittedAt,
  startedAt,
  finishedAt,
  doneAt,
}: PageJob): Timestamp[] {
  const timestamps = [
    { name: 'planned', at: plannedAt },
    { name: 'submitted', at: submittedAt },
    { name: 'started', at: startedAt },
    { name: 'finished', at: finishedAt },
    { name: 'saved', at: doneAt },
  ] as const;
  return timestamps.flatMap(({ name, at }) => (at === null ? [] : [{ name, at }]));
}

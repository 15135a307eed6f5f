import type { PageJob } from '../page-data.ts';

/** How long a stage of a job's life took. */
export interface Stage {
  readonly name: 'queued' | 'ran' | 'downloaded';
  readonly tookMs: number;
}

/** An instant of a job's life, in ms since the epoch. */
export interface Mark {
  readonly name: 'planned' | 'submitted' | 'started' | 'finished' | 'safe on disk';
  readonly at: number;
}

/** What is known; a stage that a clock set back made negative is not. */
export function stagesOf({ submittedAt, startedAt, finishedAt, doneAt }: PageJob): Stage[] {
  const stages = [
    { name: 'queued', from: submittedAt, to: startedAt },
    { name: 'ran', from: startedAt, to: finishedAt },
    { name: 'downloaded', from: finishedAt, to: doneAt },
  ] as const;
  return stages.flatMap(({ name, from, to }) =>
    from === null || to === null || to < from ? [] : [{ name, tookMs: to - from }],
  );
}

export function marksOf({ plannedAt, submittedAt, startedAt, finishedAt, doneAt }: PageJob): Mark[] {
  const marks = [
    { name: 'planned', at: plannedAt },
    { name: 'submitted', at: submittedAt },
    { name: 'started', at: startedAt },
    { name: 'finished', at: finishedAt },
    { name: 'safe on disk', at: doneAt },
  ] as const;
  return marks.flatMap(({ name, at }) => (at === null ? [] : [{ name, at }]));
}

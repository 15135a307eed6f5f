import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failure } from '../../../src/core/job/failures.ts';
import type { JobId, JobState } from '../../../src/core/job/job.ts';
import { instantColumn, toColumns } from '../../../src/core/job/state-columns.ts';
import { filesOf } from '../../../src/core/job/state-facts.ts';
import type { SharedAttemptRow, SharedChange } from '../../../src/core/sharing/shared-rows.ts';
import { type Told, verdictOn } from '../../../src/core/sharing/verdicts.ts';
import { type OpenMirror, openMirror } from '../../../src/store/mirror/opened-mirror.ts';
import { at, jobId, requestId } from '../../store/store-support.ts';
import { freshMirror, recordsIn, sharedAttempt, sharedJob } from './mirror-support.ts';

const names = ['fox', 'owl', 'elk'] as const;
const why = failure('generation_failed', 'It broke.');

/** A state of the attempt, as a runner tells it. */
function stateOf(status: JobState['status'], attempt: number, job: JobId): JobState {
  const request = { requestId: requestId(`r-${job.slice(0, 4)}-${attempt}`) };
  switch (status) {
    case 'pending':
      return { status, attempt, stalled: null };
    case 'submitting':
      return { status, attempt, since: at(4) };
    case 'unknown':
      return { status, attempt, since: at(4), failure: why };
    case 'queued':
    case 'running':
      return { status, attempt, ...request, since: at(5), stalled: null };
    case 'succeeded':
      return { status, attempt, ...request, costUsd: 0.04, outputs: null, stalled: null };
    case 'done': {
      const path = `files/${job.slice(0, 8)}_${attempt}.png`;
      const file = { path, bytes: 3, sha256: 'a'.repeat(64), original_sha256: null, mime: 'image/png' };
      return { status, attempt, ...request, costUsd: 0.04, files: [{ ...file, width: 8, height: 8 }] };
    }
    case 'failed':
    case 'cancelled':
    case 'lost':
      return { status, attempt, ...request, costUsd: null, failure: why };
  }
}

/** The rows of a shared ledger, and when each was last changed. */
function sharedRows() {
  const jobs = new Map<string, SharedChange>();
  const changed = new Map<string, number>();
  let clock = 0;

  function put(change: SharedChange): void {
    clock += 1;
    jobs.set(change.job.id, change);
    changed.set(change.job.id, clock);
  }

  /** As a shared ledger writes down a state: of the current attempt, or of an earlier one. */
  function write(id: string, state: JobState, isCurrent: boolean): void {
    const { job, attempts } = jobs.get(id) as SharedChange;
    const { state: status, attempt, request_id, ref, since, cost, failure: why, notes } = toColumns(state);
    const row = isCurrent
      ? { ...job, state: status, attempt, request_id, ref, since, cost, failure: why, notes }
      : job;
    const known = attempts.find((each) => each.attempt === attempt);
    const column = instantColumn[state.status];
    const files = filesOf(state);
    const made: SharedAttemptRow = {
      ...(known ?? sharedAttempt(job, { attempt, submitted_at: null })),
      ...{ state: status, request_id: request_id ?? known?.request_id ?? null, failure: why },
      ...(column === null ? {} : { [column]: 7 }),
      ...(files.length === 0 ? {} : { outputs: JSON.stringify(files), runner: 'b' }),
    };
    const isAttempted = known !== undefined || state.status !== 'pending';
    const rest = attempts.filter((each) => each.attempt !== attempt);
    put({ job: row, attempts: isAttempted ? [...rest, made] : rest });
  }

  return {
    jobs,
    put,
    write,
    tell({ job, epoch, state }: Told): string {
      const { job: row } = jobs.get(job) as SharedChange;
      const current = stateOf(row.state, row.attempt, job);
      const verdict = verdictOn(
        { state: current, epoch: row.epoch, announced: row.announced },
        { state, epoch },
      );
      if (verdict === 'taken' || verdict === 'earlier') write(job, state, verdict === 'taken');
      return verdict;
    },
    since(horizon: string | null): readonly SharedChange[] {
      return [...jobs.values()].filter(({ job }) => (changed.get(job.id) ?? 0) > Number(horizon ?? 0));
    },
    horizon: () => String(clock),
  };
}

const job = fc.constantFrom(...names).map(jobId);
const told = fc.constantFrom('queued', 'running', 'done', 'failed', 'lost', 'unknown' as const);
const theirs = fc.constantFrom(
  'submitting',
  'unknown',
  'queued',
  'running',
  'succeeded',
  'done',
  'failed' as const,
);
const step = fc.oneof(
  fc.record({ do: fc.constant('keep' as const), job, status: told, behind: fc.nat(1) }),
  fc.record({ do: fc.constant('theirs' as const), job, status: theirs }),
  fc.record({ do: fc.constantFrom('retry', 'replan', 'claim'), job } as const),
  fc.record({ do: fc.constantFrom('tell', 'pull', 'pages', 'reopen') } as const),
);

test('whatever runners do, tell and pull in whatever order, a mirror ends as one that is pulled anew', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const shared = sharedRows();
      for (const [seq, name] of names.entries()) shared.put({ job: sharedJob(name, { seq }), attempts: [] });
      let opened: OpenMirror = freshMirror();
      const { dir } = opened.ledger;

      function pull(pageSize: number): void {
        const changes = shared.since(opened.mirror.horizon());
        const horizon = shared.horizon();
        for (let from = 0; from < changes.length; from += pageSize)
          opened.mirror.apply(changes.slice(from, from + pageSize), null);
        opened.mirror.apply([], horizon);
      }

      function tell(): void {
        opened.ledger.flush();
        const entries = opened.mirror.untold(3);
        const doubted = entries.filter((entry) => shared.tell(entry) !== 'taken').map((entry) => entry.job);
        opened.mirror.told(entries.at(-1)?.num ?? 0);
        // As a runner does, which then reads the job again.
        for (const id of new Set(doubted))
          if (!opened.mirror.isAhead(id)) opened.mirror.apply([shared.jobs.get(id) as SharedChange], null);
      }

      pull(9);
      for (const each of steps) {
        switch (each.do) {
          case 'keep': {
            const { job: row } = shared.jobs.get(each.job) as SharedChange;
            const state = stateOf(each.status, row.attempt, each.job);
            const kept = opened.mirror.keep({
              job: each.job,
              epoch: row.epoch - each.behind,
              state,
              at: at(7),
            });
            opened.ledger.flush();
            await kept;
            break;
          }
          case 'theirs': {
            const { job: row } = shared.jobs.get(each.job) as SharedChange;
            const state = stateOf(each.status, row.attempt, each.job);
            shared.tell({ job: each.job, epoch: row.epoch, state, at: at(7) });
            break;
          }
          case 'retry':
          case 'replan':
          case 'claim': {
            const { job: row, attempts } = shared.jobs.get(each.job) as SharedChange;
            const epoch = row.epoch + 1;
            if (each.do === 'claim') shared.put({ job: { ...row, epoch, holder: 'ci-2' }, attempts });
            if (each.do === 'replan')
              shared.put({
                job: { ...row, epoch, in_plan: 1 - row.in_plan, tags: `{"a":"${epoch}"}` },
                attempts,
              });
            if (each.do === 'retry' && row.state === 'failed') {
              const attempt = row.attempt + 1;
              const again = {
                ...row,
                epoch,
                attempt,
                state: 'pending',
                request_id: null,
                failure: null,
              } as const;
              shared.put({ job: { ...again, since: null, cost: null }, attempts });
            }
            break;
          }
          case 'tell':
            tell();
            break;
          case 'pull':
            pull(9);
            break;
          case 'pages':
            pull(1);
            break;
          case 'reopen':
            await opened.ledger.close();
            opened = openMirror(dir);
        }
      }
      while (opened.mirror.untold(1).length > 0) tell();
      pull(9);
      pull(9);
      expect(opened.mirror.horizon()).toBe(shared.horizon());
      await opened.ledger.close();

      const anew = freshMirror();
      anew.mirror.apply(shared.since(null), shared.horizon());
      await anew.ledger.close();
      expect(recordsIn(dir)).toEqual(recordsIn(anew.ledger.dir));
    }),
    { numRuns: 60 },
  );
});

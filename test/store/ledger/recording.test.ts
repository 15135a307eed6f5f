import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FailureKind, failure, failureKinds } from '../../../src/core/job/failures.ts';
import type { JobState, SavedFile } from '../../../src/core/job/job.ts';
import { evolve, type JobEvent } from '../../../src/core/job/lifecycle.ts';
import { ledgerFile } from '../../../src/core/job/manifest.ts';
import { openLedger } from '../../../src/store/ledger/ledger.ts';
import { openForWriting } from '../../../src/store/ledger/ledger-access.ts';
import { type LedgerEntry, recorder } from '../../../src/store/ledger/recording.ts';
import { aLink } from '../../support/builders.ts';
import { adopt, at, jobId, planned, requestId, temporaryFolder } from '../store-support.ts';

const prompts = ['a', 'b', 'c'] as const;

const file = (n: number): SavedFile => ({
  path: `files/${n}.png`,
  bytes: n,
  sha256: `${n}`,
  mime: 'image/png',
  width: 1,
  height: 1,
  original_sha256: null,
});

/** Everything that could happen at one moment, of which a state allows some. */
function events(n: number, costUsd: number | null): readonly JobEvent[] {
  return [
    { type: 'announced', at: at(n) },
    { type: 'accepted', requestId: requestId(`r${n}`), at: at(n) },
    { type: 'started' },
    { type: 'finished', costUsd, outputs: [aLink('https://a.example/1')] },
    { type: 'saved', costUsd, files: [file(n), file(n + 1)].slice(n % 2) },
    { type: 'withdrawn' },
    ...(Object.keys(failureKinds) as FailureKind[]).map(
      (kind): JobEvent => ({ type: 'failed', failure: failure(kind, 'No.'), costUsd }),
    ),
  ];
}

/** What the user may order of a job that is at rest: a new attempt, or its files once more. */
function ordered(state: JobState): JobState {
  const { attempt } = state;
  if (state.status !== 'done') return { status: 'pending', attempt: attempt + 1, stalled: null };
  const { requestId: id, costUsd } = state;
  return { status: 'succeeded', attempt, requestId: id, costUsd, outputs: null, stalled: null };
}

function following(state: JobState, n: number, costUsd: number | null): readonly JobState[] {
  const next = events(n, costUsd).flatMap((event) => {
    try {
      return [evolve(state, event)];
    } catch {
      return [];
    }
  });
  return next.length === 0 ? [ordered(state)] : next;
}

/** Entries of several jobs, each of which goes a way that the lifecycle allows. */
const histories = fc
  .array(fc.tuple(fc.constantFrom(...prompts), fc.nat(), fc.constantFrom(null, 0.03, 0.06)), {
    maxLength: 90,
    size: 'max',
  })
  .map((steps): readonly LedgerEntry[] => {
    const states = new Map<string, JobState>();
    return steps.map(([prompt, choice, costUsd], n) => {
      const before = states.get(prompt) ?? { status: 'pending', attempt: 1, stalled: null };
      const next = following(before, n, costUsd);
      // Half of the ways are those on which all goes well.
      const state = next[choice % 2 === 0 ? 0 : choice % next.length] as JobState;
      states.set(prompt, state);
      return { job: jobId(prompt), state, at: at(1_000 + n) };
    });
  });

function tables(db: DatabaseSync): unknown {
  return ['job', 'attempt', 'output'].map((table) =>
    db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all(),
  );
}

async function emptyTables(): Promise<DatabaseSync> {
  const ledger = openLedger(temporaryFolder());
  adopt(
    ledger,
    prompts.map((prompt) => planned(prompt)),
  );
  await ledger.close();
  return openForWriting(join(ledger.dir, ledgerFile));
}

test('entries that are written together leave what they would leave one by one', async () => {
  const [single, together] = [await emptyTables(), await emptyTables()];
  const clean = tables(single);
  fc.assert(
    fc.property(histories, fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 20 }), (entries, sizes) => {
      for (const db of [single, together]) db.exec('BEGIN');
      try {
        const one = recorder(single);
        for (const entry of entries) one.record([entry]);
        const many = recorder(together);
        let from = 0;
        for (const size of [...sizes, entries.length]) {
          many.record(entries.slice(from, from + size));
          from += size;
        }
        expect(tables(together)).toEqual(tables(single));
      } finally {
        for (const db of [single, together]) db.exec('ROLLBACK');
      }
      expect(tables(single)).toEqual(clean);
    }),
  );
  single.close();
  together.close();
});

test('states that follow on each other in an attempt cost one change', async () => {
  const db = await emptyTables();
  const changes = (): number => Number(db.prepare('SELECT total_changes() AS n').get()?.n);
  const paid = { attempt: 1, requestId: requestId('r1'), costUsd: 0.03 } as const;
  const succeeded: JobState = { ...paid, status: 'succeeded', outputs: null, stalled: null };
  const before = changes();
  recorder(db).record([
    { job: jobId('a'), state: succeeded, at: at(1) },
    { job: jobId('b'), state: succeeded, at: at(2) },
    { job: jobId('a'), state: { ...paid, status: 'done', files: [file(1)] }, at: at(3) },
  ]);
  // Of each its job and its attempt, and the file.
  expect(changes() - before).toBe(5);
  expect(db.prepare('SELECT finished_at, done_at FROM attempt ORDER BY job').all()).toEqual([
    { finished_at: 1, done_at: 3 },
    { finished_at: 2, done_at: null },
  ]);
  db.close();
});

test('a job that is announced, accepted and done takes seven statements, and one more if it had files before', async () => {
  const db = await emptyTables();
  let executed = 0;
  const counting = (sql: string): StatementSync =>
    new Proxy(db.prepare(sql), {
      get(statement, name: 'run') {
        executed += 1;
        return statement[name].bind(statement);
      },
    });
  const { record, stands } = recorder({ prepare: counting } as DatabaseSync);
  stands(jobId('a'), 1);
  const paid = { attempt: 1, requestId: requestId('r1') } as const;
  record([{ job: jobId('a'), state: { status: 'submitting', attempt: 1, since: at(1) }, at: at(1) }]);
  record([{ job: jobId('a'), state: { ...paid, status: 'queued', since: at(2), stalled: null }, at: at(2) }]);
  const done: JobState = { ...paid, status: 'done', costUsd: null, files: [file(1)] };
  record([{ job: jobId('a'), state: done, at: at(3) }]);
  expect(executed).toBe(7);
  // Whoever collects it again has to find out where it is, too.
  record([{ job: jobId('a'), state: done, at: at(4) }]);
  expect(executed).toBe(7 + 5);
  db.close();
});

test('a job that a new plan has put elsewhere is found again, and one that is nowhere is a bug', async () => {
  const db = await emptyTables();
  const { record, stands } = recorder(db);
  const state: JobState = { status: 'submitting', attempt: 1, since: at(1) };
  stands(jobId('a'), 3);
  record([{ job: jobId('a'), state, at: at(1) }]);
  const found = db.prepare(`SELECT id FROM job WHERE state = 'submitting'`).all();
  expect(found).toEqual([{ id: jobId('a') }]);
  expect(() => record([{ job: jobId('nobody'), state, at: at(1) }])).toThrow('no job');
  db.close();
});

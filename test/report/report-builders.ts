import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { Failure } from '../../src/core/job/failures.ts';
import type { Instant, Job, JobId, JobState, RequestId, SavedFile } from '../../src/core/job/job.ts';
import type { BoundedOverview } from '../../src/core/job/overview.ts';
import { noCounts, type Tally } from '../../src/core/job/tally.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import type { AccountView } from '../../src/report/folder/overview-text.ts';
import { type Terminal, terminalOf } from '../../src/report/terminal/terminal.ts';

export const instant = (ms: number): Instant => ms as Instant;
export const requestId = 'req-1' as RequestId;

export function jobOf(id = '5f1c9ae0b7d2443e'): Job {
  return {
    id: id as JobId,
    model: 'ideogram/ideogram-v2/generate',
    input: { prompt: 'a purple cat' },
    rep: 1,
    pathTemplate: `files/a-purple-cat/x-${id.slice(0, 8)}{_i}.{ext}`,
  };
}

export const savedFile: SavedFile = {
  path: 'files/a-purple-cat/x-5f1c9ae0.png',
  bytes: 123,
  sha256: 'ab'.repeat(32),
  original_sha256: 'cd'.repeat(32),
  mime: 'image/png',
  width: 1024,
  height: 768,
};

export const pendingState: JobState = { status: 'pending', attempt: 1, stalled: null };
export const queuedState: JobState = {
  status: 'queued',
  attempt: 1,
  requestId,
  since: instant(0),
  stalled: null,
};
export const doneState: JobState = {
  status: 'done',
  attempt: 1,
  requestId,
  files: [savedFile],
  costUsd: 0.08,
};
export function failedState(failure: Failure): JobState {
  return { status: 'failed', attempt: 1, requestId, failure, costUsd: null };
}

export function advanced(from: JobState, state: JobState, at = 0, job = jobOf()): RunEvent {
  return { type: 'advanced', job, from, state, at: instant(at) };
}

export function tallyOf(counts: Partial<Tally['counts']>, rest: Partial<Omit<Tally, 'counts'>> = {}): Tally {
  return {
    counts: { ...noCounts(), ...counts },
    spentUsd: 0,
    unpriced: 0,
    stalled: 0,
    submittedNow: 0,
    doneNow: 0,
    repeated: 0,
    halted: null,
    failures: [],
    ...rest,
  };
}

export const quietOverview: BoundedOverview = {
  spentUsd: 0,
  unpriced: 0,
  runs: [],
  reused: 0,
  reusedUsd: 0,
  failures: [],
  duds: { same: [], flat: [] },
  totals: { failedJobs: 0, sameGroups: 0, sameJobs: 0, flat: 0 },
};

/** Of a folder that an older program made and in which nothing has finished. */
export const quietAccount: AccountView = {
  overview: quietOverview,
  latency: null,
  isGoing: false,
  tokenVariable: 'API_TOKEN',
  now: 0,
};

/** A stream with the looks of a terminal (or, without columns, of a pipe) and all that was written to it. */
export function fakeStream(columns?: number): {
  terminal(env?: Record<string, string>): Terminal;
  written(): string;
  /** As the terminal reports it. */
  resize(columns: number): void;
} {
  const looks = columns === undefined ? {} : { isTTY: true, columns, rows: 50 };
  const chunks: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, taken) {
      chunks.push(chunk.toString());
      taken();
    },
  });
  const stream = Object.assign(sink, looks);
  return {
    terminal: (env = {}) => terminalOf(stream, env),
    written: () => chunks.join(''),
    resize(to) {
      Object.assign(stream, { columns: to });
      stream.emit('resize');
    },
  };
}

export const bare = stripVTControlCharacters;

/** A text that tries whatever a terminal could be made to do, and what of it must never arrive there. */
export const hostileText = 'a\u001b]52;c;aGk=\u0007b\u001b[2Jc\u009b31md\u202ee\nf\rg\u2066h\u2028i';
export const hostileParts = /\u001b\]52|\u001b\[2J|\u0007|\u009b|[\u202a-\u202e\u2066-\u2069\u2028]|\r/;

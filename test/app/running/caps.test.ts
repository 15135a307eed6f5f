import { join } from 'node:path';
import { expect, test } from 'vitest';
import { costCap } from '../../../src/app/running/caps.ts';
import type { JobState } from '../../../src/core/job/job.ts';
import { openLedger } from '../../../src/store/ledger/ledger.ts';
import { openReader } from '../../../src/store/ledger/reader.ts';
import { openStage } from '../../../src/store/stage/stage.ts';
import { aPlannedJob, at, requestId } from '../../support/builders.ts';
import { workFolder } from '../../support/command-line.ts';

const attempt = 1;
const paid = { attempt, requestId: requestId('r'), costUsd: null } as const;
const refusal = { kind: 'invalid_input', message: 'No.', http: 422, code: null } as const;
const oops = { kind: 'unanswered', message: 'No answer came.', http: null, code: null } as const;

test.each<[string, JobState, boolean]>([
  ['done', { ...paid, status: 'done', files: [] }, false],
  ['failed after it ran', { ...paid, status: 'failed', failure: oops }, false],
  ['refused', { ...paid, requestId: null, status: 'failed', failure: refusal }, true],
  ['written off', { ...paid, requestId: null, status: 'failed', failure: oops }, false],
  ['lost', { ...paid, status: 'lost', failure: oops }, false],
  ['unknown', { status: 'unknown', attempt, since: at(1), failure: oops }, false],
  ['still pending', { status: 'pending', attempt, stalled: null }, true],
])(
  'a cap counts at its price, in every later run, a job of unnamed cost that is %s',
  async (_what, state, hasRoom) => {
    const dir = join(workFolder(), 'run');
    const [first, second] = [aPlannedJob({ prompt: 'a cat' }), aPlannedJob({ prompt: 'a dog' })];
    const stage = openStage(null);
    stage.add(first);
    stage.add(second);
    const ledger = openLedger(dir);
    stage.adopt(ledger, { fingerprint: '', settings: {}, plannedAt: at(1) });
    stage.discard();
    await ledger.record(first.id, state, at(2));
    ledger.flush();
    const reader = openReader(dir);
    const cap = costCap({ usd: 0.1, usdFrom: null, durationMs: null, failures: null }, reader, () => 0.08);
    expect(await cap?.admit(second, new AbortController().signal)).toBe(hasRoom);
    reader.close();
    await ledger.close();
  },
);

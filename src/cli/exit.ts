import type { Complaint } from '../core/complaints.ts';
import { endedBadly, type Tally } from '../core/job/tally.ts';
import type { SignalName } from './system.ts';

/** The contract with scripts, after sysexits.h. */
export const exitCodes = {
  done: 0,
  finished_with_failures: 1,
  usage: 64,
  invalid_input: 65,
  api_unreachable: 69,
  bug: 70,
  cannot_write: 73,
  not_finished: 75,
  unknown_submits: 76,
  token_rejected: 77,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitName = keyof typeof exitCodes;

const complaintExits = {
  usage: 'usage',
  input: 'invalid_input',
  api_unreachable: 'api_unreachable',
  output: 'cannot_write',
  token: 'token_rejected',
  locked: 'cannot_write',
} as const satisfies Record<Complaint, ExitName>;

export function exitOfComplaint(complaint: Complaint): ExitName {
  return complaintExits[complaint];
}

/** How a run ended, read off its tally. `signal`: the one that made it leave work behind. */
export function exitOfRun(tally: Pick<Tally, 'counts' | 'halted'>, signal: SignalName | null): ExitName {
  const { counts, halted } = tally;
  const cannotWrite =
    halted?.kind === 'folder_lost' || halted?.kind === 'ledger_held' || halted?.kind === 'bucket_refused';
  const open = counts.pending + counts.submitting + counts.queued + counts.running + counts.succeeded;
  if (halted?.kind === 'unauthorized' || halted?.kind === 'wrong_account') return 'token_rejected';
  if (open > 0 && cannotWrite) return 'cannot_write';
  if (open > 0 && signal !== null) return signal === 'SIGINT' ? 'interrupted' : 'terminated';
  if (open > 0) return halted?.kind === 'unreachable' ? 'api_unreachable' : 'not_finished';
  if (counts.unknown > 0) return 'unknown_submits';
  if (endedBadly(counts) > 0) return 'finished_with_failures';
  return 'done';
}

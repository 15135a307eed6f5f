import { hostname } from 'node:os';
import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import type { NamedLedger } from '../../core/sharing/named-ledger.ts';
import type { SharedRuns } from '../../core/sharing/shared-runs.ts';

/** Where the runs are that several machines share. */
export interface SharedPlace {
  readonly address: NamedLedger;
  readonly runs: SharedRuns;
  /** The name of this machine. */
  readonly host: string;
  /** Gets a sentence that the user is to know. */
  warn(sentence: string): void;
}

/** Connects to it. Throws `UserError` for what the user can fix. Whoever gets it closes its `runs`. */
export async function openPlace(
  address: NamedLedger,
  env: Environment,
  warn: (sentence: string) => void,
): Promise<SharedPlace> {
  return { address, runs: await opened(address, env), host: hostname(), warn };
}

async function opened({ shown }: NamedLedger, _env: Environment): Promise<SharedRuns> {
  throw new UserError('api_unreachable', `The ledger ${shown} cannot be opened by this version of rcb.`);
}

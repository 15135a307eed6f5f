import { hostname } from 'node:os';
import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import type { NamedLedger } from '../../core/sharing/named-ledger.ts';
import type { SharedRun, SharedRuns } from '../../core/sharing/shared-runs.ts';

/** Where the runs are that several machines share. */
export interface SharedPlace {
  readonly address: NamedLedger;
  readonly runs: SharedRuns;
  /** What no log may show. */
  readonly secrets: readonly string[];
  /** The name of this machine. */
  readonly host: string;
  /** Gets a sentence that the user is to know. */
  warn(sentence: string): void;
}

/** A shared run as a plan was compared with it. */
export interface SharedPlan {
  readonly place: SharedPlace;
  /** What its user has said about how it is to work: see `run-limits.ts`. */
  readonly limits: SharedRun['limits'];
  /** 0: there was no such run. */
  readonly planVersion: number;
}

/** Connects to it. Throws `UserError` for what the user can fix. Whoever gets it closes its `runs`. */
export async function openPlace(
  address: NamedLedger,
  env: Environment,
  warn: (sentence: string) => void,
): Promise<SharedPlace> {
  const { PGPASSWORD: password } = env;
  const secrets = password ? [...address.secrets, password] : address.secrets;
  return { address, runs: await opened(address, env), secrets, host: hostname(), warn };
}

async function opened({ shown }: NamedLedger, _env: Environment): Promise<SharedRuns> {
  throw new UserError('api_unreachable', `The ledger ${shown} cannot be opened by this version of rcb.`);
}

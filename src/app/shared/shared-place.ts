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

/** Its packages are loaded only here, and may be missing, since most never need them. */
async function opened({ href }: NamedLedger, env: Environment): Promise<SharedRuns> {
  try {
    const { openSharedRuns } = await import('../../share/postgres/postgres-runs.ts');
    return await openSharedRuns(href, env);
  } catch (error) {
    const name = missingPackage(error);
    if (name === null) throw error;
    throw new UserError(
      'usage',
      `A shared ledger needs the package ${name}, which is not installed.`,
      'Install it next to rcb: npm install -g pg@8.23.1 pg-boss@12.38.0.',
    );
  }
}

/** The package that Node did not find; null: something else is wrong. */
function missingPackage(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND') return null;
  return /Cannot find package '(pg|pg-boss)'/.exec(error.message)?.[1] ?? null;
}

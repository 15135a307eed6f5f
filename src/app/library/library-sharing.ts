import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import { namedLedger } from '../../core/sharing/named-ledger.ts';
import type { RunPolicy } from '../policies.ts';
import { PlanMoved } from '../running/work-ledger.ts';
import { limitsOf } from '../shared/run-limits.ts';
import type { SharedPlan } from '../shared/shared-place.ts';

/** The shared run that a library's run is, if it is one. */
interface LibrarySharing {
  /** To be called before the folder is compared with the plan. */
  readonly prepareFolder?: (dir: string, isRehearsed: boolean) => Promise<void>;
  /** Undefined: the folder is a run of its own. */
  plan(policy: RunPolicy): SharedPlan | undefined;
}

/** Lends the ledger that `ledger` names, and closes it after the work; without one, runs are their folders' own. */
export async function withSharing<T>(
  {
    ledger,
    env,
    notice,
  }: { readonly ledger?: string | undefined; readonly env: Environment; notice(sentence: string): void },
  work: (sharing: LibrarySharing) => Promise<T>,
): Promise<T> {
  const address = ledger === undefined ? null : namedLedger(ledger, 'ledger');
  if (address === null) return work({ plan: () => undefined });
  const { openPlace } = await import('../shared/shared-place.ts');
  const { pullForPlan } = await import('../shared/shared-opening.ts');
  const place = await openPlace(address, env, notice);
  let seen: SharedPlan | undefined;
  try {
    return await work({
      async prepareFolder(dir, isRehearsed) {
        if (!isRehearsed) seen = await pullForPlan(place, dir);
      },
      plan(policy) {
        if (seen !== undefined) refuseAlone(policy);
        return seen && { ...seen, limits: limitsOf(policy) };
      },
    });
  } catch (error) {
    if (!(error instanceof PlanMoved)) throw error;
    throw new UserError(
      'usage',
      'Another machine has changed the plan of this run meanwhile.',
      'Run it again.',
    );
  } finally {
    await place.runs.close();
  }
}

function refuseAlone({ canary, reuse }: RunPolicy): void {
  if (canary === null && reuse.roots.length === 0) return;
  throw new UserError(
    'usage',
    'A run that several machines share can neither have a canary nor reuse other folders.',
    'Leave out canary and reuse, or ledger.',
  );
}

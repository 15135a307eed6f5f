import type { Mirror } from '../../core/sharing/mirror.ts';
import { HistoryLost, type SharedLedger } from '../../core/sharing/shared-ledger.ts';
import type { Told } from '../../core/sharing/verdicts.ts';

const toldAtOnce = 500;

interface ReplayPorts {
  readonly shared: Pick<SharedLedger, 'tell' | 'replayed'>;
  readonly mirror: Pick<Mirror, 'facts'>;
}

/**
 * Makes a call, and again once the shared ledger has been told all that the mirror knows, where it may have forgotten
 * what it had confirmed.
 */
export async function rememberingAll<T>({ shared, mirror }: ReplayPorts, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof HistoryLost)) throw error;
    }
    // It may be lost once more meanwhile.
    for (const some of inGroups(mirror.facts())) await shared.tell(some);
    await shared.replayed();
  }
}

function* inGroups(all: Iterable<Told>): Iterable<readonly Told[]> {
  let group: Told[] = [];
  for (const told of all) {
    group.push(told);
    if (group.length < toldAtOnce) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

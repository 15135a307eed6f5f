import type { Dice, Ledger, Observer, Stop } from '../../core/ports.ts';
import type { Mirror } from '../../core/sharing/mirror.ts';
import { LedgerAway, type SharedClaim, type SharedLedger } from '../../core/sharing/shared-ledger.ts';
import type { Alarm } from './alarm.ts';
import type { Holds } from './holds.ts';
import type { LedgerLine } from './ledger-line.ts';
import type { Pulling } from './pulling.ts';
import type { Releasing } from './releasing.ts';
import { rememberingAll } from './replaying.ts';

interface ClaimPorts {
  readonly shared: Pick<SharedLedger, 'claim' | 'tell' | 'replayed'>;
  readonly mirror: Pick<Mirror, 'untold' | 'facts'>;
  readonly line: LedgerLine;
  readonly holds: Holds;
  readonly puller: Pick<Pulling, 'pull'>;
  readonly releases: Releasing;
  readonly dice: Dice;
  readonly observe: Observer;
  /** Rings when there may be something to claim. */
  readonly bell: Alarm;
  /** Throws what went wrong in the background. */
  readonly throwTrouble: () => void;
}

const askAgainMs = 1_000;

/**
 * Claims jobs for the engine. A run that was drained from the beginning, which only collects, gets those known to the
 * server and waits for nobody.
 */
export function claimWaiting(ports: ClaimPorts): NonNullable<Ledger['claim']> {
  const { shared, mirror, line, holds, puller, releases, dice, bell } = ports;
  const claimed: SharedClaim[] = [];
  let isPulled = true;
  let onlyCollects: boolean | null = null;
  let heldByOthers = 0;

  /** Claims are handed out when the mirror knows what they are about; until then they are kept. */
  async function claimSome(limit: number): Promise<void> {
    if (claimed.length === 0) {
      await releases.flush();
      const answer = await rememberingAll(ports, () => shared.claim(limit));
      ({ heldByOthers } = answer);
      claimed.push(...answer.claims);
      isPulled = claimed.length === 0;
    }
    if (!isPulled) await puller.pull();
    isPulled = true;
  }

  async function taken(limit: number, unless: AbortSignal): Promise<readonly SharedClaim[] | null> {
    const back = holds.cameBack();
    if (back.length > 0) return back;
    try {
      await unlessAborted(
        line.call(() => claimSome(limit), unless),
        unless,
      );
    } catch (error) {
      if (error instanceof LedgerAway || (unless.aborted && error === unless.reason)) return null;
      throw error;
    }
    return holds.handOut(claimed.splice(0));
  }

  /** Pending jobs go back to the others. */
  function collectable(claims: readonly SharedClaim[]): readonly SharedClaim[] {
    const isKnown = ({ state }: SharedClaim): boolean => state.status !== 'pending';
    for (const claim of claims) if (!isKnown(claim)) holds.tenure.ended(claim.job.id);
    return claims.filter(isKnown);
  }

  function isAtRest(): boolean {
    return heldByOthers === 0 && holds.isEmpty() && mirror.untold(1).length === 0;
  }

  return async (limit, stop = never) => {
    onlyCollects ??= stop.drain.aborted;
    const unless = onlyCollects ? stop.leave : stop.drain;
    while (!unless.aborted && !stop.leave.aborted) {
      ports.throwTrouble();
      const claims = await taken(limit, unless);
      const givenUp = line.givenUp();
      if (givenUp !== null) {
        if (!stop.drain.aborted) ports.observe({ type: 'halted', failure: givenUp.failure });
        return [];
      }
      if (claims !== null && onlyCollects) return collectable(claims);
      if (claims !== null && claims.length > 0) return claims;
      if (claims !== null && isAtRest()) return [];
      await bell.wait(askAgainMs * (0.5 + dice()), unless);
    }
    return [];
  };
}

const never: Stop = { drain: new AbortController().signal, leave: new AbortController().signal };

/** Does not wait for the work once the signal has fired; what it still brings is kept by whoever does it. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

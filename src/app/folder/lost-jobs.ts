import { type RemoteRequest, requestOf } from '../../core/provider.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import type { Access } from '../access/endpoint.ts';
import { realClock } from '../real-clock.ts';
import { giveOrder } from './order-jobs.ts';
import { askServer } from './request-standing.ts';

interface LostJob {
  readonly held: HeldJob;
  readonly request: RemoteRequest;
}

/** What came of asking about lost jobs, as numbers of jobs. */
export interface LostAnswers {
  /** The server knows them again. */
  readonly found: number;
  /** It still does not. */
  readonly gone: number;
  /** They could not be asked about. */
  readonly unheard: number;
}

/** The jobs that the server no longer knew, each with the request that it had there. */
export function lostIn(ledger: RunLedger): readonly LostJob[] {
  return ledger.held(['lost']).flatMap((held) => {
    const request = requestOf(held.job, held.state);
    return request === null ? [] : [{ held, request }];
  });
}

/** Asks about lost jobs once more: what the server knows again is in flight again. Nothing is submitted. */
export async function askAboutLost(
  ledger: RunLedger,
  lost: readonly LostJob[],
  access: Access,
): Promise<LostAnswers> {
  let [found, gone] = [0, 0];
  const requests = lost.map(({ request }) => request);
  for await (const { index, failure } of askServer(requests, access)) {
    const { held, request } = lost[index] as LostJob;
    if (failure === null) {
      found += 1;
      await giveOrder(ledger, [held], { type: 'adopt', requestId: request.id, at: realClock.now() });
    } else if (failure.kind === 'lost') gone += 1;
  }
  return { found, gone, unheard: lost.length - found - gone };
}

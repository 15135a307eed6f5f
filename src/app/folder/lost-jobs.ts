import { realClock } from '../../cli/real-clock.ts';
import type { Talk } from '../../cli/talk.ts';
import { type RemoteRequest, requestOf } from '../../core/provider.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import { countOf } from '../../report/terminal/wording.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import type { Access } from '../access/endpoint.ts';
import { giveOrder } from './order-jobs.ts';
import { askServer } from './request-standing.ts';

interface LostJob {
  readonly held: HeldJob;
  readonly request: RemoteRequest;
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
  talk: Talk,
): Promise<void> {
  let [found, gone] = [0, 0];
  const requests = lost.map(({ request }) => request);
  for await (const { index, failure } of askServer(requests, access)) {
    const { held, request } = lost[index] as LostJob;
    if (failure === null) {
      found += 1;
      await giveOrder(ledger, [held], { type: 'adopt', requestId: request.id, at: realClock.now() });
    } else if (failure.kind === 'lost') gone += 1;
  }
  if (found > 0)
    talk.say(`${countOf(found, 'lost job')} ${found === 1 ? 'is' : 'are'} known to the server again.\n`);
  if (gone > 0) {
    talk.say(
      `The server still does not know ${countOf(gone, 'lost job')}; rcb retry ${plainText(quoted(ledger.dir))} submits ${gone === 1 ? 'it' : 'them'} again, and pays again.\n`,
    );
  }
  const unheard = lost.length - found - gone;
  if (unheard > 0) talk.say(`${countOf(unheard, 'lost job')} could not be asked about.\n`);
}

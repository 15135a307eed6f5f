import type { AccessRequest } from '../access/access-request.ts';
import { apiFindings } from './api-checks.ts';
import { doubtful, type Finding } from './findings.ts';
import { ledgerFindings } from './ledger-checks.ts';
import {
  foldersFinding,
  fontsFinding,
  helpersFinding,
  type Machine,
  nodeFinding,
  outputFinding,
  sharpFinding,
  terminalFinding,
} from './machine-checks.ts';

const limitMs = 25_000;

/** Looks at everything that a run depends on, one finding after the other. Costs nothing and writes nothing. */
export async function* findings(
  request: AccessRequest,
  machine: Machine,
  ledger: string | null,
): AsyncGenerator<Finding> {
  yield nodeFinding(machine.nodeVersion);
  yield await sharpFinding();
  yield fontsFinding();
  yield outputFinding();
  yield foldersFinding(machine.env);
  yield terminalFinding(machine);
  yield helpersFinding(machine.env);
  yield* inTime(ledgerFindings(ledger, machine.env));
  yield* inTime(apiFindings(request));
}

/** A check that hangs, whatever it hangs at, must not hang the command. */
async function* inTime(all: AsyncGenerator<Finding>): AsyncGenerator<Finding> {
  const late = AbortSignal.timeout(limitMs);
  const over = new Promise<null>((resolve) => late.addEventListener('abort', () => resolve(null)));
  for (;;) {
    const next = await Promise.race([all.next(), over]);
    if (next === null) {
      yield doubtful('API', 'its checks took too long', 'Try again later.');
      return;
    }
    if (next.done === true) return;
    yield next.value;
  }
}

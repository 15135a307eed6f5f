import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import { ledgerVariable, namedLedger } from '../../core/sharing/named-ledger.ts';
import { bad, type Finding, good } from './findings.ts';

/** The ledger of runs that several machines share, where one is named: whether this machine could work with it. */
export async function* ledgerFindings(given: string | null, env: Environment): AsyncGenerator<Finding> {
  const check = 'ledger';
  try {
    const [text, from] = given === null ? [env[ledgerVariable] ?? '', ledgerVariable] : [given, '--ledger'];
    const address = namedLedger(text, from);
    if (address === null) return;
    const { openPlace } = await import('../shared/shared-place.ts');
    const { runs } = await openPlace(address, env, () => {});
    try {
      const count = (await runs.list()).filter(({ isDetached }) => !isDetached).length;
      yield good(
        check,
        `${runs.address}, which has ${count === 1 ? '1 shared run' : `${count} shared runs`}`,
      );
    } finally {
      await runs.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    yield bad(check, error.message.replace(/\.$/, ''), error.hint ?? 'Correct its address.');
  }
}

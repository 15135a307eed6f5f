import { findings } from '../../../app/doctor/doctor.ts';
import type { Finding } from '../../../app/doctor/findings.ts';
import { jsonLine } from '../../../report/json-line.ts';
import { findingText } from '../../../report/settings/doctor-text.ts';
import { terminalOf } from '../../../report/terminal/terminal.ts';
import type { Call } from '../../argv/call.ts';
import { accessRequestOf } from '../../argv/requests.ts';
import { text, truth } from '../../argv/settings.ts';
import { exitCodes } from '../../exit.ts';
import type { System } from '../../system.ts';

/** `rcb doctor`: looks at everything that a run depends on. Costs nothing. */
export async function doctorCommand({ flags }: Call, system: System): Promise<number> {
  const { stdout, env, nodeVersion } = system;
  const terminal = terminalOf(stdout, env);
  const columns = stdout.isTTY === true ? (stdout.columns ?? null) : null;
  const found: Finding[] = [];
  const machine = { nodeVersion, env, columns };
  const all = findings(accessRequestOf(flags, system), machine, text(flags, 'ledger'));
  for await (const finding of all) {
    found.push(finding);
    if (!truth(flags, 'json')) stdout.write(findingText(finding, terminal));
  }
  const isWell = found.every(({ state }) => state !== 'fail');
  if (truth(flags, 'json')) stdout.write(jsonLine({ ok: isWell, checks: found }));
  return isWell ? exitCodes.done : exitCodes.finished_with_failures;
}

import { openPlace, type SharedPlace } from '../../app/shared/shared-place.ts';
import { UserError } from '../../core/complaints.ts';
import { ledgerVariable, namedLedger } from '../../core/sharing/named-ledger.ts';
import { LedgerAway } from '../../core/sharing/shared-ledger.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call, Command } from '../argv/call.ts';
import type { CommandName } from '../argv/commands.ts';
import { text, truth } from '../argv/settings.ts';
import type { System } from '../system.ts';
import { isLedgerTyped } from './ledger-flags.ts';
import { onFolder, withoutLedger } from './on-folder.ts';

/** Runs a command that a shared ledger was named for, connected to it. */
export async function lendingLedger(
  name: CommandName,
  command: Command,
  call: Call,
  system: System,
): Promise<number> {
  const { flags } = call;
  const { argv, env, stderr } = system;
  const given = text(flags, 'ledger');
  const [named, from] = given === null ? [env[ledgerVariable] ?? '', ledgerVariable] : [given, '--ledger'];
  const address = namedLedger(named, from);
  if (address === null) return command(call, system);
  if (truth(flags, 'rehearse')) {
    if (given === null || !isLedgerTyped(argv)) return command(call, system);
    throw new UserError(
      'usage',
      'A rehearsal is not shared: its simulator runs on this machine.',
      'Leave out --ledger or --rehearse.',
    );
  }
  const warn = (sentence: string): void => void stderr.write(`${plainText(sentence)}\n`);
  if (address.hasPassword && isLedgerTyped(argv)) warn(seenByAll);
  let place: SharedPlace | null = null;
  try {
    try {
      place = await openPlace(address, env, warn);
    } catch (error) {
      const local = withoutLedger(name, call, error, warn);
      if (local === null) throw error;
      return await command(local, system);
    }
    return await command(await onFolder(name, { ...call, place }), system);
  } catch (error) {
    const shown = error instanceof LedgerAway ? awayError(error) : error;
    throw name === 'pull' && truth(flags, 'detach') ? await withWayOut(shown, call) : shown;
  } finally {
    await place?.runs.close();
  }
}

function awayError(error: LedgerAway): UserError {
  return new UserError(
    'api_unreachable',
    error.message,
    'Check the address, the network and that PostgreSQL is running; nothing was submitted meanwhile.',
    error,
  );
}

/** Says how to end the sharing without a ledger that cannot be reached. */
async function withWayOut(error: unknown, { words, flags }: Call): Promise<unknown> {
  if (!(error instanceof UserError) || error.about !== 'api_unreachable') return error;
  const { wayOut } = await import('../../app/shared/lost-run.ts');
  const hint = `${error.hint ?? ''} ${wayOut(text(flags, 'out') ?? words[0] ?? 'DIR')}.`.trim();
  return new UserError(error.about, error.message, hint, error);
}

const seenByAll =
  'The password in --ledger is visible to everybody on this machine (ps shows it): use PGPASSWORD or ~/.pgpass.';

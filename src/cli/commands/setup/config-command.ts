import { jsonLine } from '../../../report/json-line.ts';
import { configText, filesText } from '../../../report/settings/config-text.ts';
import { terminalOf } from '../../../report/terminal/terminal.ts';
import type { Call } from '../../argv/call.ts';
import { truth } from '../../argv/settings.ts';
import { configListing } from '../../config/config-listing.ts';
import { exitCodes } from '../../exit.ts';
import type { System } from '../../system.ts';

/** `rcb config [INPUT…]`: every setting, and where it comes from. Shows no token. */
export async function configCommand(call: Call, system: System): Promise<number> {
  const { stdout, env } = system;
  const { rows, files } = configListing(call, system);
  stdout.write(
    truth(call.flags, 'json')
      ? jsonLine({ files, settings: rows })
      : `${filesText(files)}${configText(rows, terminalOf(stdout, env))}`,
  );
  return exitCodes.done;
}

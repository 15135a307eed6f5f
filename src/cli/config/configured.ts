import { configFiles } from '../../app/config/config-places.ts';
import { UserError } from '../../core/complaints.ts';
import type { Call } from '../argv/call.ts';
import type { System } from '../system.ts';
import type { Configurable } from './config-applying.ts';

/**
 * The same call with the settings of files that it leaves open. Where there are no files, that takes two or three looks
 * at the disk. Throws `UserError` for what is wrong in a file.
 */
export async function configured(command: Configurable, call: Call, system: System): Promise<Call> {
  const files = configFiles(command.takesInputs ? call.words : [], system.env);
  if (files.length === 0 && call.flags.profile === undefined && !system.env.RCB_PROFILE) return call;
  const { withSettings } = await import('./config-applying.ts');
  return withSettings(command, call, files, system);
}

/** The same for commands that only read a folder: the next run reports a mistake in such a file. */
export async function withOwnLedger(command: Configurable, call: Call, system: System): Promise<Call> {
  try {
    return await configured(command, call, system);
  } catch (error) {
    if (error instanceof UserError) return call;
    throw error;
  }
}

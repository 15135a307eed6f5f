import { reportStart } from '../../app/running/background.ts';
import type { Call } from '../argv/call.ts';
import { factsOf } from '../complaint.ts';
import type { System } from '../system.ts';
import { resumeCommand } from './resume-command.ts';

/**
 * `rcb __detached DIR`: `rcb resume` in the background. It tells the process that started it whether it is running, and
 * keeps running when the terminal is closed.
 */
export async function detachedCommand(call: Call, system: System): Promise<number> {
  system.onSignal('SIGHUP', () => {});
  const onSignal: System['onSignal'] = (name, listener) =>
    name === 'SIGHUP' ? () => {} : system.onSignal(name, listener);
  const unwatched: System = Object.assign(Object.create(system), { onSignal });
  try {
    return await resumeCommand(call, unwatched, () => reportStart({ running: true }));
  } catch (error) {
    reportStart(factsOf(error));
    throw error;
  }
}

import { heardWarnings, nothingHeard } from '../app/callbacks/settling-callbacks.ts';
import { canaryAhead, canaryReportOf } from '../app/running/canary.ts';
import { endingAtRest } from '../app/running/run-ending.ts';
import type { FolderStart } from '../app/running/starting.ts';
import { countOf } from '../core/counts.ts';
import { expiredText } from '../report/folder/expiry-text.ts';
import type { PlanView } from '../report/plan/plan-text.ts';
import { plainText } from '../report/terminal/terminal.ts';
import { refusedRest } from './canary-closing.ts';
import { closeRun } from './closing.ts';
import { exitCodes } from './exit.ts';
import { runSession, type Session } from './folder-session.ts';
import type { Output } from './output.ts';
import { pageBeside } from './page-beside.ts';
import { mayRun, maySpend } from './shown-plan.ts';

/** A run that may have to be asked about. */
interface AskedRun extends Omit<Session, 'start'> {
  readonly dir: string;
  /** Its plan, as it would be run. */
  readonly ahead: PlanView;
}

/**
 * Asks what has to be asked before anything is submitted, then makes the folder ready and works on it. A canary is
 * asked about first and its rest after it. `start`: null where there is nothing to run.
 */
export async function runAsked(
  { dir, ahead, ...session }: AskedRun,
  start: () => Promise<FolderStart | null>,
): Promise<number> {
  const { access, flags, output, system, policy, goOn } = session;
  const canary = canaryAhead(dir, policy, ahead);

  async function begin(): Promise<number> {
    const started = await start();
    if (started === null) return exitCodes.usage;
    tellTaken(started, output);
    tellHeard(started, output);
    return runSession({ ...session, start: started });
  }

  switch (canary.type) {
    case 'none':
      return (await mayRun(ahead, access, flags, system)) ? begin() : exitCodes.usage;
    case 'run':
      return (await maySpend(canary.spending, access, flags, system)) ? begin() : exitCodes.usage;
    case 'ran': {
      const report = canaryReportOf(dir, canary.record, policy);
      const page = pageBeside(dir, flags, output, system)?.page() ?? null;
      const ran = { report, isFresh: false, dir, page, goOn };
      const again = await refusedRest(ran, flags, output, system);
      if (again === null) {
        const started = await start();
        if (started === null) return exitCodes.usage;
        tellTaken(started, output);
        tellHeard(started, output);
        started.ledger.agreeToCanary();
        return runSession({ ...session, start: started });
      }
      const ended = { ...endingAtRest(dir, report, system.env), signal: null, page, missing: 0 };
      return closeRun({ dir, output, goOn: again, there: '' }, ended);
    }
  }
}

/** What was taken from other folders, and why not more. */
function tellTaken({ taken }: FolderStart, output: Output): void {
  if (taken === undefined) return;
  const [first, ...more] = taken.warnings;
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` ${countOf(more.length, 'other job')} likewise: see run.log.`;
    output.warn(`${plainText(`${first}${others}`)}\n`);
  }
  if (taken.jobs > 0)
    output.say(`Reused ${countOf(taken.jobs, 'job')} from other folders, free of charge.\n`);
}

/** What callbacks have told of submissions that had no answer, and what they leave to the user. */
function tellHeard({ heard = nothingHeard, expired }: FolderStart, output: Output): void {
  if (expired !== undefined && expired.size > 0) output.warn(`${expiredText(expired.size)}\n`);
  const { accepted } = heard;
  for (const warning of heardWarnings(heard)) output.warn(`${plainText(warning)}\n`);
  if (accepted.length > 0)
    output.say(`Callbacks have settled ${countOf(accepted.length, 'unclear submission')}.\n`);
}

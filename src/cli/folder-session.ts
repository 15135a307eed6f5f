import type { AccessRequest } from '../app/access/access-request.ts';
import type { Access } from '../app/access/endpoint.ts';
import type { Awake } from '../app/beside/awake.ts';
import { isPageFresh } from '../app/page/page-freshness.ts';
import type { RunPolicy } from '../app/policies.ts';
import { realClock } from '../app/real-clock.ts';
import { noneMissing } from '../app/running/done-files.ts';
import type { FolderRun, RunEnding } from '../app/running/folder-run.ts';
import { isIdle, runFolder } from '../app/running/run-on-folder.ts';
import { type FolderStart, startKept } from '../app/running/starting.ts';
import { openStopper } from '../app/running/stopper.ts';
import type { CanaryReport } from '../core/job/canary-report.ts';
import { tallying, totalOf } from '../core/job/tally.ts';
import type { RunEvent } from '../core/ports.ts';
import { aftermathText } from '../report/folder/aftermath-text.ts';
import { canaryNote } from '../report/folder/canary-text.ts';
import type { Flags } from './argv/flag-names.ts';
import { logLevelOf } from './argv/run-policies.ts';
import { truth } from './argv/settings.ts';
import { accountAgain } from './argv/told-words.ts';
import { refusedRest } from './canary-closing.ts';
import { closeRun, type Ended, type EndedFolder, noticeOf, noticeOfError, tellEnding } from './closing.ts';
import { factsOf, tell } from './complaint.ts';
import { interrupts } from './interrupts.ts';
import type { Output } from './output.ts';
import { type PageBeside, pageBeside } from './page-beside.ts';
import { type RunKeys, runKeys } from './run-keys.ts';
import { type Notices, noticesOf } from './run-notices.ts';
import { type SessionLog, sessionLog } from './session-log.ts';
import type { System } from './system.ts';
import { wakefulness } from './wakefulness.ts';

/** A run as a command has it. */
export interface Session {
  readonly start: FolderStart;
  readonly access: Access;
  readonly accessRequest: AccessRequest;
  readonly policy: RunPolicy;
  readonly flags: Flags;
  readonly output: Output;
  readonly system: System;
  /** The command that continues this folder. */
  readonly goOn: string;
  /** Submits nothing: only collects what the server has. */
  readonly collectsOnly?: true;
}

/** Works on a folder until everything is done or the run is stopped, and says how it ended. Closes the ledger. */
export async function runSession(session: Session): Promise<number> {
  const { start, flags, output, system, collectsOnly = false } = session;
  if (truth(flags, 'detach') && !isIdle(start.ledger.holdings(), collectsOnly)) {
    return (await import('./detached.ts')).detach(session);
  }
  const { dir } = start.ledger;
  const again = accountAgain(flags, session.access);
  const there = again.map((words) => ` ${words}`).join('');
  const missing = again.filter((words) => !session.goOn.includes(words.split(' ')[0] as string));
  const goOn = [session.goOn, ...missing].join(' ');
  const page = pageBeside(dir, flags, output, system);
  const { access, flags: given } = session;
  const notices = noticesOf({ flags: given, output, system, secrets: access.secrets });
  const { ending, signal, isWork } = await shownRun({ ...session, goOn }, page, notices);
  const { aftermath, fault, logTrouble } = ending;
  if (logTrouble !== null) output.warn(`${logTrouble}\n`);
  const folder = { dir, output, goOn, there };
  const ended = { ...ending, signal, missing: start.missing.files };
  const isWanted = page !== null && isPageWanted(dir, ending);
  const named = aftermath === null ? page : null;
  if (ending.canary !== null) return afterCanary(session, ending.canary, { folder, ended, page, notices });
  // The page may take a while, and whoever waits for it should know how the run went.
  const expected = { ...ended, page: (isWanted ? named?.path : named?.page()) ?? null };
  tellEnding(folder, expected);
  if (aftermath !== null) output.warn(aftermathText(aftermath));
  // Nor should anybody be called only then, nor because there was nothing to do.
  const called = isWork ? notices.send(noticeOf(folder, expected)) : null;
  try {
    if (isWanted) await page.finish();
  } finally {
    page?.leave();
    await called;
  }
  if (fault === null) return closeRun(folder, { ...ended, page: named?.page() ?? null });
  tell(fault, system);
  output.error(factsOf(fault), null);
  return closeRun(folder, { ...ended, page: named?.page() ?? null });
}

interface CanaryEnded {
  readonly folder: EndedFolder;
  readonly ended: Omit<Ended, 'page'>;
  readonly page: PageBeside | null;
  readonly notices: Notices;
}

/** Once a canary has run: shows how it went with its page, and works on the rest where it may. */
async function afterCanary(
  session: Session,
  report: CanaryReport,
  { folder, ended, page, notices }: CanaryEnded,
): Promise<number> {
  const { flags, output, system, policy } = session;
  const { dir, goOn } = folder;
  try {
    await page?.finish();
  } finally {
    page?.leave();
  }
  const made = page?.page() ?? null;
  // Whoever went away is called back for the answer.
  const called = notices.send(noticeOf(folder, { ...ended, page: made }));
  const ran = { report, isFresh: true, dir, page: made, goOn };
  const again = await refusedRest(ran, flags, output, system);
  if (again !== null) {
    await called;
    return closeRun({ ...folder, goOn: again }, { ...ended, page: made });
  }
  await called;
  const unclear = { resendsUnknown: policy.resendsUnknown, provider: session.access.provider };
  const start = await startKept(dir, { missing: noneMissing }, unclear);
  start.ledger.agreeToCanary();
  return runSession({ ...session, start });
}

/** The run beside its display, answering signals. */
async function shownRun(session: Session, page: PageBeside | null, notices: Notices) {
  const { start, output, system, policy, collectsOnly = false } = session;
  const { ledger } = start;
  const tally = tallying(ledger.holdings());
  const canary =
    policy.canary === null || collectsOnly ? null : ledger.beginCanary(policy.canary, realClock.now());
  if (canary !== null && !output.terminal.live) output.say(`${canaryNote(canary.jobs.length)}\n`);
  const isWork = !isIdle(tally.now(), collectsOnly);
  const log = sessionLog();
  const isKeyed = isWork && !output.quiet && !collectsOnly;
  const keys = isKeyed ? keysOf(session, notices, log, (isBelow) => display?.refresh(isBelow)) : null;
  const source = {
    tally: tally.now,
    total: totalOf(tally.now()),
    now: realClock.now,
    draining: (): boolean => stopper.stop.drain.aborted || canary !== null,
    stopped: (): boolean => stopper.stop.drain.aborted,
    ...(keys === null ? {} : { maxInFlight: keys.maxInFlight }),
    note: (): string | null => keys?.note() ?? (canary && canaryNote(canary.jobs.length)),
  };
  // Most reruns find nothing to do, and nothing to display.
  const display =
    isWork && !output.quiet
      ? (await import('../report/progress/progress.ts')).progress(output.terminal, source)
      : null;
  const lines =
    isWork && output.isTold
      ? (await import('../report/progress/progress-json.ts')).progressLines(source, output.progress)
      : null;
  const say = (sentence: string): void => (display ? display.say(sentence) : output.warn(`${sentence}\n`));
  const stopper = openStopper(say);
  const interrupted = interrupts(system, stopper, say);
  const untouched = system.onSignal('SIGINT', notices.touched);
  const awake = isWork ? keptAwake(session, log, (sentence) => display?.say(sentence)) : null;
  // From then on a signal is for the page, which the user can leave.
  const batchEnded = (): void => {
    awake?.release();
    untouched();
    keys?.release();
    display?.stop();
    lines?.stop();
    interrupted.release();
  };
  const run: FolderRun = {
    ledger,
    access: session.access,
    accessRequest: session.accessRequest,
    policy,
    collectsOnly,
    canary,
    taken: start.taken,
    heard: start.heard,
    expired: start.expired,
    logLevel: logLevelOf(session.flags),
    pid: system.pid,
    stopper,
    tally,
    ...(keys === null ? {} : { controls: keys.controls }),
    logTo: log.openTo,
    observe(event: RunEvent) {
      output.observe(event);
      keys?.observe(event);
      display?.observe(event);
      lines?.observe(event);
      page?.observe(event);
    },
    batchEnded,
  };
  keys?.listen(stopper);
  try {
    return { ending: await runFolder(run), signal: interrupted.signal(), isWork };
  } catch (error) {
    page?.leave();
    batchEnded();
    await notices.send(noticeOfError(error, ledger.dir, session.goOn));
    throw error;
  } finally {
    batchEnded();
  }
}

/** Where the display is live and the keyboard is nobody else's; else null. */
function keysOf(
  { output, system }: Session,
  { touched }: Notices,
  { note }: SessionLog,
  show: (isBelow: boolean) => void,
): RunKeys | null {
  if (!output.terminal.live || system.stdin.isTTY !== true || output.isTold) return null;
  return runKeys({
    system,
    touched,
    log: (key, message) => note({ event: 'key', key }, message),
    changed: () => show(false),
    resumed: () => show(true),
  });
}

function keptAwake(
  { access, flags, output, system }: Session,
  { note }: SessionLog,
  say: (sentence: string) => void,
): Awake | null {
  return wakefulness({
    ...{ flags, system, log: note, secrets: access.secrets },
    isPractice: access.loopback,
    say: (sentence) => (output.terminal.live ? say(sentence) : undefined),
  });
}

/** Not where the run was told to leave at once, nor where nothing has changed. */
function isPageWanted(dir: string, { reuse, isLeft, aftermath }: RunEnding): boolean {
  return reuse === null ? !isPageFresh(dir) : !isLeft && aftermath === null;
}

import { adoptedText, adoptOffered, adoptPairs } from '../../app/folder/adoption.ts';
import { dearestIn } from '../../app/folder/money.ts';
import { giveOrder, named } from '../../app/folder/order-jobs.ts';
import { unknownOverview, unknownViews } from '../../app/folder/unknown-rows.ts';
import { type GoingOn, goingOn } from '../../app/running/going-on.ts';
import { refreshFolder } from '../../app/running/manifests.ts';
import { UserError } from '../../core/complaints.ts';
import { likelyCost, type Stake, stakeOf, stakeText } from '../../core/money/stake.ts';
import { quoted } from '../../core/shell-words.ts';
import { unknownText } from '../../report/folder/unknown-text.ts';
import { jsonLine } from '../../report/json-line.ts';
import { plainText, terminalOf } from '../../report/terminal/terminal.ts';
import { countOf } from '../../report/terminal/wording.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import { openLedger, type RunLedger } from '../../store/ledger/ledger.ts';
import { type LedgerReader, openReader } from '../../store/ledger/reader.ts';
import type { Call } from '../argv/call.ts';
import type { Flags } from '../argv/flags.ts';
import { texts, truth } from '../argv/settings.ts';
import { isAgreed, needsConsent } from '../confirm.ts';
import { exitCodes } from '../exit.ts';
import { folderNamed, folderOf } from '../folders.ts';
import type { Surroundings } from '../surroundings.ts';

type Settlement = 'resubmit' | 'write-off';
const settlements = ['resubmit', 'write-off'] as const satisfies readonly Settlement[];

/** What the user orders: ids of jobs (or the start of one), `JOB=REQUEST_ID`, or `all`. */
type Orders = Readonly<Record<Settlement | 'adopt', readonly string[]>>;

/** `rcb reconcile [DIR]`: shows the submissions of unknown outcome, and settles them as ordered. */
export async function reconcileCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const { dir, orders } = ordersOf(flags, words);
  const isOrdered = Object.values(orders).some((names) => names.length > 0);
  const world = await goingOn(dir, flags, surroundings);
  try {
    if (isOrdered && !(await settle(dir, orders, flags, world, surroundings))) return exitCodes.usage;
    return show(dir, flags, world, surroundings);
  } finally {
    await world.close();
  }
}

/** Further words belong to the one order that is given: `--resubmit JOB JOB JOB`. */
function ordersOf(flags: Flags, words: readonly string[]): { readonly dir: string; readonly orders: Orders } {
  const of = (name: string): string[] =>
    texts(flags, name).flatMap((given) => given.split(',').filter(Boolean));
  const orders = { adopt: of('adopt'), resubmit: of('resubmit'), 'write-off': of('write-off') };
  const given = Object.values(orders).filter((names) => names.length > 0);
  const { dir, jobs } = folderNamed(words);
  const [only] = given;
  // A folder that is misspelt must not become a job of the newest one.
  const areJobs = jobs.every((word) => /^[0-9a-f]{4,16}(=.+)?$/i.test(word));
  if (given.length !== 1 || only === undefined || only.includes('all') || !areJobs) {
    return { dir: folderOf(words), orders };
  }
  only.push(...jobs);
  return { dir: dir ?? folderOf([]), orders };
}

/** false: the user did not agree to it. */
async function settle(
  dir: string,
  orders: Orders,
  flags: Flags,
  world: GoingOn,
  surroundings: Surroundings,
): Promise<boolean> {
  const { stdout, stderr } = surroundings;
  const told = truth(flags, 'json') ? stderr : stdout;
  const ledger = openLedger(dir);
  try {
    const pairs = orders.adopt.filter((name) => name !== 'all');
    const collect = `rcb fetch ${plainText(quoted(dir))}`;
    if (pairs.length > 0) {
      told.write(adoptedText(await adoptPairs(ledger, pairs, await world.agreed()), collect));
    }
    if (orders.adopt.includes('all'))
      told.write(adoptedText(await adoptOffered(ledger, world.agreed), collect));
    for (const settlement of settlements) {
      if (orders[settlement].length === 0) continue;
      const done = await settleUnknown(ledger, settlement, orders[settlement], flags, world, surroundings);
      if (done === null) return false;
      told.write(done);
    }
  } finally {
    await ledger.close();
  }
  await refreshFolder(dir, surroundings);
  return true;
}

/** What was done, as a text; null: the user did not agree to it. */
async function settleUnknown(
  ledger: RunLedger,
  settlement: Settlement,
  names: readonly string[],
  flags: Flags,
  { access, prices }: GoingOn,
  surroundings: Surroundings,
): Promise<string | null> {
  const all = chosen(ledger, names);
  const jobs = settlement === 'resubmit' ? all.filter(({ isPlanned }) => isPlanned) : all;
  const [gone] = all.filter(({ isPlanned }) => !isPlanned);
  if (settlement === 'resubmit' && gone !== undefined && !names.includes('all')) {
    throw new UserError(
      'usage',
      `Job ${gone.job.id} is no longer planned, so that it would never be sent.`,
      'Write it off, or put its row back and run again.',
    );
  }
  const known = { prices, dearest: inReader(ledger.dir, dearestIn) };
  const stake = stakeOf(jobs.map(({ job }) => likelyCost(job, known)));
  const isFree = access.loopback || truth(flags, 'yes');
  if (!isFree && !(await agrees(settlement, stake, surroundings))) return null;
  await giveOrder(ledger, jobs, { type: settlement === 'resubmit' ? 'resubmit' : 'write_off' });
  if (settlement === 'write-off') return `${countOf(jobs.length, 'submission')} written off.\n`;
  const left = all.length - jobs.length;
  const stays =
    left === 0
      ? ''
      : `${countOf(left, 'row is', 'rows are')} no longer planned and can only be written off.\n`;
  return `${countOf(jobs.length, 'row')} will be submitted again by: rcb resume ${plainText(quoted(ledger.dir))}\n${stays}`;
}

/** Asks where there is much at stake. Throws `UserError` (`usage`) where there is nobody to ask. */
async function agrees(settlement: Settlement, stake: Stake, surroundings: Surroundings): Promise<boolean> {
  if (!needsConsent(stake)) return true;
  const sum = `${countOf(stake.jobs, 'submission')}, ${stakeText(stake)}`;
  const { question, does, declined } = wordings[settlement](sum);
  const answer = await isAgreed(question, surroundings);
  if (answer === null) {
    throw new UserError('usage', `${does}, and there is no terminal to ask on.`, 'Add --yes to go ahead.');
  }
  if (!answer) surroundings.stderr.write(`${declined}\n`);
  return answer;
}

const wordings = {
  resubmit: (sum: string) => ({
    question: `Submit again ${sum}? Whatever was accepted after all is paid for twice.`,
    does: `This has ${sum}, submitted again`,
    declined: 'Nothing will be submitted again.',
  }),
  'write-off': (sum: string) => ({
    question: `Write off ${sum}? Whatever was accepted after all is paid for and never collected.`,
    does: `This writes off ${sum}`,
    declined: 'Nothing was written off.',
  }),
} as const satisfies Record<Settlement, (sum: string) => object>;

function chosen(ledger: RunLedger, names: readonly string[]): readonly HeldJob[] {
  const held = ledger.held(['unknown']);
  return names.includes('all') ? held : [...new Set(named(held, names, 'unknown'))];
}

// Beside the rows there are some lines that say what to do.
const linesAround = 16;
const rowsWithoutTerminal = 20;

function show(dir: string, flags: Flags, { prices }: GoingOn, { stdout, stderr, env }: Surroundings): number {
  return inReader(dir, (reader) => {
    const known = { prices, dearest: dearestIn(reader) };
    const { counts } = reader.holdings();
    if (truth(flags, 'json')) {
      for (const view of unknownViews(reader, known)) stdout.write(jsonLine(view));
    } else {
      const terminal = terminalOf(stdout, env);
      const height = terminal.stream.isTTY ? (terminal.stream.rows ?? 0) - linesAround : rowsWithoutTerminal;
      const rows = Math.max(5, height);
      stdout.write(unknownText(unknownOverview(reader, known, rows), quoted(dir), terminal));
    }
    if (counts.unknown > 0) return exitCodes.unknown_submits;
    if (counts.pending + counts.queued > 0) stderr.write(`Go on with: rcb resume ${quoted(dir)}\n`);
    return exitCodes.done;
  });
}

function inReader<T>(dir: string, read: (reader: LedgerReader) => T): T {
  const reader = openReader(dir);
  try {
    return read(reader);
  } finally {
    reader.close();
  }
}

import type { Access } from '../../app/access/endpoint.ts';
import { askAboutLost, lostIn } from '../../app/folder/lost-jobs.ts';
import { giveOrder } from '../../app/folder/order-jobs.ts';
import { type GoingOn, goingOn } from '../../app/running/going-on.ts';
import { runSession } from '../../app/running/session.ts';
import { failureOf } from '../../core/job/lifecycle.ts';
import { ordered } from '../../core/job/orders.ts';
import { quoted } from '../../core/shell-words.ts';
import { countOf } from '../../report/terminal/wording.ts';
import { checkFile } from '../../store/files/file-check.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import { openLedger, type RunLedger } from '../../store/ledger/ledger.ts';
import { openReader } from '../../store/ledger/reader.ts';
import type { Call } from '../argv/call.ts';
import { limitsOf, truth } from '../argv/settings.ts';
import { folderOf } from '../folders.ts';
import type { Surroundings } from '../surroundings.ts';
import { type Talk, talkOf } from '../talk.ts';

/**
 * `rcb fetch [DIR] [--verify]`: collects what is missing, damaged or lost, and reads results again that held nothing.
 * Never submits.
 */
export async function fetchCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  limitsOf(flags);
  const talk = talkOf(flags, surroundings);
  const dir = folderOf(words);
  const world = await goingOn(dir, flags, surroundings);
  try {
    const ledger = openLedger(dir);
    const access = await orderAll(ledger, world, truth(flags, 'verify'), talk);
    const goOn = `rcb fetch ${quoted(dir)}`;
    return await runSession({ ledger, access, flags, talk, surroundings, goOn, collectsOnly: true });
  } finally {
    await world.close();
  }
}

/** Has everything fetched that is to be had. Closes the ledger where that fails. */
async function orderAll(ledger: RunLedger, world: GoingOn, verifies: boolean, talk: Talk): Promise<Access> {
  try {
    const damaged = await damagedIn(ledger, verifies, talk);
    const lost = lostIn(ledger);
    const empty = emptyIn(ledger);
    if (damaged.size + lost.length + empty.length === 0) return world.access;
    const access = await world.agreed(damaged.size);
    if (lost.length > 0) await askAboutLost(ledger, lost, access, talk);
    const jobs = ledger.held(['done'], (job) => damaged.has(job));
    if (damaged.size > 0) await giveOrder(ledger, jobs, { type: 'refetch' });
    if (empty.length > 0) await readAgain(ledger, empty, talk);
    return access;
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

/** Jobs that ended without output. */
function emptyIn(ledger: RunLedger): readonly HeldJob[] {
  return ledger
    .held(['failed'])
    .filter(
      ({ state }) => failureOf(state)?.kind === 'no_output' && ordered(state, { type: 'refetch' }) !== null,
    );
}

/** The server may have by now what it had not when it called these finished. */
async function readAgain(ledger: RunLedger, empty: readonly HeldJob[], talk: Talk): Promise<void> {
  await giveOrder(ledger, empty, { type: 'refetch' });
  const many = empty.length === 1 ? 'The result of 1 job' : `The results of ${empty.length} jobs`;
  talk.say(`${many} that ended without output ${empty.length === 1 ? 'is' : 'are'} read once more.\n`);
}

/** The ids of done jobs whose files are not there, or not what was saved. */
async function damagedIn(ledger: RunLedger, verifies: boolean, talk: Talk): Promise<ReadonlySet<string>> {
  const damaged = new Set<string>();
  const reader = openReader(ledger.dir);
  let files = 0;
  try {
    for (const { job, outputs } of reader.lines({ states: ['done'] })) {
      for (const output of outputs) {
        files += 1;
        const verdict = await checkFile(ledger.dir, output, verifies);
        if (verdict === 'whole') continue;
        damaged.add(job);
        talk.say(`${output.path} is ${verdict === 'missing' ? 'missing' : 'not what was saved'}.\n`);
      }
    }
  } finally {
    reader.close();
  }
  const how = verifies ? 'verified by their SHA-256' : 'looked at; --verify also checks their SHA-256';
  const verdict = damaged.size === 0 ? 'all are whole' : `those of ${damaged.size} jobs are fetched again`;
  talk.say(`${countOf(files, 'file')} ${how}: ${verdict}.\n`);
  return damaged;
}

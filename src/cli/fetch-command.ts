import { failureOf } from '../core/lifecycle.ts';
import { ordered } from '../core/orders.ts';
import { quoted } from '../core/shell-words.ts';
import { checkFile } from '../store/file-check.ts';
import { openLedger, type RunLedger } from '../store/ledger.ts';
import { openReader } from '../store/reader.ts';
import type { Call } from './call.ts';
import { folderOf } from './folders.ts';
import { goingOn } from './going-on.ts';
import { giveOrder } from './order-jobs.ts';
import { runSession } from './session.ts';
import { limitsOf, truth } from './settings.ts';
import type { Surroundings } from './surroundings.ts';
import { type Talk, talkOf } from './talk.ts';

/**
 * `rcb fetch [DIR] [--verify]`: downloads what is missing or damaged, and reads results again that held nothing. Never
 * submits. */
export async function fetchCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  limitsOf(flags);
  const talk = talkOf(flags, surroundings);
  const dir = folderOf(words);
  const world = await goingOn(dir, flags, surroundings);
  try {
    const ledger = openLedger(dir);
    try {
      await orderDamaged(ledger, truth(flags, 'verify'), talk);
      await orderEmpty(ledger, talk);
    } catch (error) {
      await ledger.close();
      throw error;
    }
    const goOn = `rcb fetch ${quoted(dir)}`;
    const { access } = world;
    return await runSession({ ledger, access, flags, talk, surroundings, goOn, collectsOnly: true });
  } finally {
    await world.close();
  }
}

/** The server may have by now what it had not when it called these finished. */
async function orderEmpty(ledger: RunLedger, talk: Talk): Promise<void> {
  const empty = ledger
    .held(['failed'])
    .filter(
      ({ state }) => failureOf(state)?.kind === 'no_output' && ordered(state, { type: 'refetch' }) !== null,
    );
  if (empty.length === 0) return;
  await giveOrder(ledger, empty, { type: 'refetch' });
  const many = empty.length === 1 ? 'The result of 1 job' : `The results of ${empty.length} jobs`;
  talk.say(`${many} that ended without output ${empty.length === 1 ? 'is' : 'are'} read once more.\n`);
}

async function orderDamaged(ledger: RunLedger, verify: boolean, talk: Talk): Promise<void> {
  const damaged = new Set<string>();
  const reader = openReader(ledger.dir);
  let files = 0;
  try {
    for (const { job, outputs } of reader.lines({ states: ['done'] })) {
      for (const output of outputs) {
        files += 1;
        const verdict = await checkFile(ledger.dir, output, verify);
        if (verdict === 'whole') continue;
        damaged.add(job);
        talk.say(`${output.path} is ${verdict === 'missing' ? 'missing' : 'not what was saved'}.\n`);
      }
    }
  } finally {
    reader.close();
  }
  if (damaged.size > 0) {
    await giveOrder(
      ledger,
      ledger.held(['done'], (job) => damaged.has(job)),
      { type: 'refetch' },
    );
  }
  const how = verify ? 'verified by their SHA-256' : 'looked at; --verify also checks their SHA-256';
  talk.say(
    `${files} files ${how}: ${damaged.size === 0 ? 'all are whole' : `those of ${damaged.size} jobs are fetched again`}.\n`,
  );
}

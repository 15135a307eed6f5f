import { endedBadly, giveOrder, named } from '../../app/folder/order-jobs.ts';
import { keptView } from '../../app/planning/plan-view.ts';
import { type GoingOn, goingOn } from '../../app/running/going-on.ts';
import { runSession } from '../../app/running/session.ts';
import { failureOf } from '../../core/job/lifecycle.ts';
import { failuresNotRetried } from '../../core/job/remedies.ts';
import { basePriceUsd } from '../../core/money/prices.ts';
import { quoted } from '../../core/shell-words.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import { openLedger } from '../../store/ledger/ledger.ts';
import { openReader } from '../../store/ledger/reader.ts';
import type { Call } from '../argv/call.ts';
import { capsOf, limitsOf } from '../argv/settings.ts';
import { mayGoAheadWith, type Spending, spendingOf } from '../confirm.ts';
import { exitCodes } from '../exit.ts';
import { folderNamed, folderOf } from '../folders.ts';
import type { Surroundings } from '../surroundings.ts';
import { talkOf } from '../talk.ts';

/** `rcb retry [DIR] [JOB…]`: new attempts for what failed, was cancelled or is lost; then the run goes on. */
export async function retryCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  limitsOf(flags);
  capsOf(flags);
  const talk = talkOf(flags, surroundings);
  const { dir, jobs: prefixes } = folderAndJobs(words);
  const world = await goingOn(dir, flags, surroundings);
  const { prices } = world;
  try {
    const ledger = openLedger(dir);
    let { access } = world;
    try {
      const held = ledger.held(endedBadly).filter(({ isPlanned }) => isPlanned);
      const found = named(held, prefixes, 'failed, cancelled or lost');
      const chosen = prefixes.length > 0 ? found : found.filter(isWorthRetrying);
      const leftOut = found.length - chosen.length;
      if (leftOut > 0)
        talk.say(`${leftOutText(leftOut)} See them with rcb ls ${quoted(dir)} --state failed.\n`);
      if (chosen.length === 0 && leftOut > 0) {
        await ledger.close();
        return exitCodes.done;
      }
      if (chosen.length === 0) {
        talk.say('Nothing to retry: no job of the plan has failed, was cancelled or is lost.\n');
        await ledger.close();
        return exitCodes.done;
      }
      access = await world.agreed();
      // What is pending anyway is submitted with them, so it is asked about with them.
      const spending = together(pendingOf(dir, prices), chosen, prices);
      if (!(await mayGoAheadWith(spending, access, flags, surroundings))) {
        await ledger.close();
        return exitCodes.usage;
      }
      await giveOrder(ledger, chosen, { type: 'retry' });
    } catch (error) {
      await ledger.close();
      throw error;
    }
    return await runSession({ ledger, access, flags, talk, surroundings, goOn: `rcb resume ${quoted(dir)}` });
  } finally {
    await world.close();
  }
}

function isWorthRetrying({ state }: HeldJob): boolean {
  const reason = failureOf(state);
  return reason === null || !failuresNotRetried.has(reason.kind);
}

function leftOutText(jobs: number): string {
  const many = jobs === 1 ? '1 job was' : `${jobs} jobs were`;
  return `${many} refused for the content or ended without output and left out: a new attempt would be paid for again. Name a job to try it all the same.`;
}

function pendingOf(dir: string, prices: GoingOn['prices']): Spending {
  const reader = openReader(dir);
  try {
    return spendingOf(keptView(reader, prices, { sources: [], balanceUsd: null, rehearsed: false }));
  } finally {
    reader.close();
  }
}

function together(pending: Spending, chosen: readonly HeldJob[], prices: GoingOn['prices']): Spending {
  const each = chosen.map(({ job }) => basePriceUsd(prices.get(job.model) ?? null, job.input));
  const usd = [pending.usd, ...each].reduce(
    (sum, price) => (sum === null || price === null ? null : sum + price),
    0,
  );
  return { jobs: pending.jobs + chosen.length, usd };
}

/** `[DIR] [JOB…]`: the first word is a folder if it is one, else the newest folder is meant. */
export function folderAndJobs(words: readonly string[]): { dir: string; jobs: readonly string[] } {
  const { dir, jobs } = folderNamed(words);
  return { dir: dir ?? folderOf([]), jobs };
}

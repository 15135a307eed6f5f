import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { basePriceUsd } from '../core/prices.ts';
import { openLedger } from '../store/ledger.ts';
import type { Call } from './call.ts';
import { mayGoAheadWith } from './confirm.ts';
import { exitCodes } from './exit.ts';
import { folderOf } from './folders.ts';
import { goingOn } from './going-on.ts';
import { endedBadly, giveOrder, named } from './order-jobs.ts';
import { runSession } from './session.ts';
import { capsOf, limitsOf } from './settings.ts';
import { quoted } from './shell-words.ts';
import type { Surroundings } from './surroundings.ts';
import { talkOf } from './talk.ts';

/** `rcb retry [DIR] [JOB…]`: new attempts for what failed, was cancelled or is lost; then the run goes on. */
export async function retryCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  limitsOf(flags);
  capsOf(flags);
  const talk = talkOf(flags, surroundings);
  const { dir, jobs: prefixes } = folderAndJobs(words);
  const world = await goingOn(dir, flags, surroundings);
  const { access, prices } = world;
  try {
    const ledger = openLedger(dir);
    try {
      const held = ledger.held(endedBadly).filter(({ isPlanned }) => isPlanned);
      const chosen = named(held, prefixes, 'failed, cancelled or lost');
      if (chosen.length === 0)
        talk.say('Nothing to retry: no job of the plan has failed, was cancelled or is lost.\n');
      const usd = chosen.map(({ job }) => basePriceUsd(prices.get(job.model) ?? null, job.input));
      const spending = { jobs: chosen.length, usd: usd.every((each) => each !== null) ? sum(usd) : null };
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

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

/** `[DIR] [JOB…]`: the first word is a folder if it is one, else the newest folder is meant. */
export function folderAndJobs(words: readonly string[]): { dir: string; jobs: readonly string[] } {
  const [first, ...rest] = words;
  const namesFolder = first !== undefined && (existsSync(join(first, 'manifest.db')) || /[/\\.]/.test(first));
  return namesFolder ? { dir: first, jobs: rest } : { dir: folderOf([]), jobs: words };
}

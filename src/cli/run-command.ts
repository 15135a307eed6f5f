import { isAtRest } from '../core/tally.ts';
import { openLedger, type RunLedger } from '../store/ledger.ts';
import type { Call } from './call.ts';
import { mayGoAhead } from './confirm.ts';
import { accessOf } from './endpoint.ts';
import { type Errand, onErrand } from './errand.ts';
import { exitCodes } from './exit.ts';
import { planCommand } from './plan-command.ts';
import { type Prepared, prepare, showPlan } from './preparation.ts';
import { runSession } from './session.ts';
import { limitsOf, truth } from './settings.ts';
import { quoted } from './shell-words.ts';
import type { Surroundings } from './surroundings.ts';
import { talkOf } from './talk.ts';

/** `rcb run`: makes sure that every generation of the input exists in the folder. */
export async function runCommand(call: Call, surroundings: Surroundings): Promise<number> {
  if (truth(call.flags, 'dry-run')) return planCommand(call, surroundings);
  // A mistake in a flag is found before the input is read.
  limitsOf(call.flags);
  return onErrand(call, surroundings, true, (errand) => runErrand(errand, call, surroundings));
}

async function runErrand(errand: Errand, { flags }: Call, surroundings: Surroundings): Promise<number> {
  const { rehearsed, dir } = errand;
  const { env, argv } = surroundings;
  const talk = talkOf(flags, surroundings);
  const kept = { base_url: rehearsed ? null : accessOf(flags, env).base.href, rehearse: rehearsed };
  const prepared = await prepare(errand, kept, talk);
  if (prepared === null) return exitCodes.invalid_input;
  const { view, staged } = prepared;
  try {
    showPlan(view, talk);
    const access = isAtRest(view) ? accessOf(flags, env) : await errand.access();
    if (!(await mayGoAhead(view, access, flags, surroundings))) return exitCodes.usage;
    const ledger = openLedger(dir);
    await adopt(ledger, staged);
    const goOn = `rcb ${argv.map(quoted).join(' ')}`;
    return await runSession({ ledger, access, flags, talk, surroundings, goOn });
  } finally {
    staged?.stage.discard();
  }
}

async function adopt(ledger: RunLedger, staged: Prepared['staged']): Promise<void> {
  try {
    if (staged !== null) staged.stage.adopt(ledger, staged.record);
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

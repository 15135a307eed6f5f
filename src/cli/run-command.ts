import { openLedger } from '../store/ledger.ts';
import { isAtRest } from './closing.ts';
import type { Call } from './commands.ts';
import { consents, needsConsent, spendingOf } from './confirm.ts';
import { type Access, accessOf, tokenOf } from './endpoint.ts';
import { exitCodes } from './exit.ts';
import { runFolder } from './folders.ts';
import { lookup } from './lookup.ts';
import { planCommand } from './plan-command.ts';
import { askedOf } from './planning.ts';
import { prepare, showPlan } from './preparation.ts';
import { type Rehearsal, startRehearsal } from './rehearsal.ts';
import { runSession } from './session.ts';
import { limitsOf, truth } from './settings.ts';
import { quoted } from './shell-words.ts';
import type { Surroundings } from './surroundings.ts';
import { talkOf } from './talk.ts';

/** `rcb run`: makes sure that every generation of the input exists in the folder. */
export async function runCommand(call: Call, surroundings: Surroundings): Promise<number> {
  const { flags } = call;
  if (truth(flags, 'dry-run')) return planCommand(call, surroundings);
  limitsOf(flags);
  const talk = talkOf(flags, surroundings);
  const asked = askedOf(call, surroundings);
  const prompt = asked.words.find(({ name }) => name === 'prompt')?.text ?? null;
  const dir = runFolder(
    flags,
    asked.inputs.map(({ name }) => name),
    prompt,
  );
  const rehearsed = truth(flags, 'rehearse');

  let rehearsal: Rehearsal | null = null;
  async function access(): Promise<Access> {
    if (!rehearsed) return accessOf(flags, surroundings.env);
    rehearsal ??= await startRehearsal(dir);
    return rehearsal.access;
  }
  const models = lookup(access);

  try {
    const kept = {
      base_url: rehearsed ? null : accessOf(flags, surroundings.env).base.href,
      rehearse: rehearsed,
    };
    const prepared = await prepare(asked, dir, kept, models.find, talk);
    if (prepared === null) return exitCodes.invalid_input;
    const { view, staged } = prepared;
    try {
      showPlan(view, talk);
      const spending = spendingOf(view);
      const reached = isAtRest(view) ? null : await access();
      if (reached !== null) {
        // Before anything is written: a missing token is found now and not at the first submit.
        tokenOf(reached);
        const free = reached.loopback || truth(flags, 'yes') || !needsConsent(spending);
        if (!free && !(await consents(spending, surroundings))) {
          talk.say('Nothing was submitted.\n');
          return exitCodes.usage;
        }
      }
      const ledger = openLedger(dir);
      try {
        if (staged !== null) staged.stage.adopt(ledger, staged.record);
      } catch (error) {
        await ledger.close();
        throw error;
      }
      return await runSession({
        ledger,
        access: reached ?? accessOf(flags, surroundings.env),
        flags,
        talk,
        surroundings,
        goOn: `rcb ${surroundings.argv.map(quoted).join(' ')}`,
      });
    } finally {
      staged?.stage.discard();
    }
  } finally {
    await models.close();
    await (rehearsal as Rehearsal | null)?.close();
  }
}

import { agreedAccess } from '../../app/access/account.ts';
import { accessOf } from '../../app/access/endpoint.ts';
import { countedAsPending, resendUnknown } from '../../app/folder/order-jobs.ts';
import { type Errand, onErrand } from '../../app/planning/errand.ts';
import { refuseOtherConventions } from '../../app/planning/kept-conventions.ts';
import { type Prepared, prepare, showPlan } from '../../app/planning/preparation.ts';
import { noneMissing, refetchMissing } from '../../app/running/done-files.ts';
import { runSession } from '../../app/running/session.ts';
import { hasNothingLeft } from '../../core/job/tally.ts';
import { quoted } from '../../core/shell-words.ts';
import type { MissingFiles } from '../../report/plan/missing-text.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import { keepInputs } from '../../store/files/input-files.ts';
import { keepCopies } from '../../store/folder/link-copies.ts';
import { openLedger, type RunLedger } from '../../store/ledger/ledger.ts';
import type { Call } from '../argv/call.ts';
import type { Flags } from '../argv/flags.ts';
import { capsOf, limitsOf, resendsUnknown, truth, withSweepLimits } from '../argv/settings.ts';
import { mayGoAhead } from '../confirm.ts';
import { exitCodes } from '../exit.ts';
import type { Surroundings } from '../surroundings.ts';
import { type Talk, talkOf } from '../talk.ts';
import { planCommand } from './plan-command.ts';

/** `rcb run`: makes sure that every generation of the input exists in the folder. */
export async function runCommand(call: Call, surroundings: Surroundings): Promise<number> {
  const { flags } = call;
  if (truth(flags, 'dry-run')) return planCommand(call, surroundings);
  // A mistake in a flag is found before the input is read.
  limitsOf(flags);
  capsOf(flags);
  resendsUnknown(flags);
  const talk = talkOf(flags, surroundings);
  return onErrand(call, surroundings, talk, true, (errand) => runErrand(errand, flags, talk, surroundings));
}

async function runErrand(
  errand: Errand,
  given: Flags,
  talk: Talk,
  surroundings: Surroundings,
): Promise<number> {
  const { asked, rehearsed, dir } = errand;
  const { env, argv } = surroundings;
  const flags = withSweepLimits(given, asked.sweep);
  const kept = { base_url: rehearsed ? null : accessOf(flags, env).base.href, rehearse: rehearsed };
  const prepared = await prepare(errand, kept, talk);
  if (prepared === null) return exitCodes.invalid_input;
  const { view, staged } = prepared;
  try {
    showPlan(view, talk);
    const resends = resendsUnknown(flags);
    const ahead = resends ? countedAsPending(view) : view;
    const access = hasNothingLeft(ahead)
      ? accessOf(flags, env)
      : await agreedAccess(await errand.access(), dir, flags, surroundings);
    if (!(await mayGoAhead(ahead, access, flags, surroundings))) return exitCodes.usage;
    const ledger = openLedger(dir);
    const missing = await adopt(ledger, { staged, errand }, resends, view);
    const goOn = `rcb ${argv.map(quoted).join(' ')}`;
    return await runSession({ ledger, access, flags, talk, surroundings, goOn, missing });
  } finally {
    staged?.stage.discard();
  }
}

async function adopt(
  ledger: RunLedger,
  { staged, errand }: Pick<Prepared, 'staged'> & { readonly errand: Errand },
  resends: boolean,
  { missing = noneMissing }: PlanView,
): Promise<MissingFiles> {
  try {
    await keepCopies(ledger.dir, errand.asked.links);
    if (staged !== null) {
      refuseOtherConventions(ledger.dir, errand.conventions);
      await keepInputs(ledger.dir, staged.files);
      staged.stage.adopt(ledger, staged.record);
      // It looks into the ledger, whose log is written into it when nobody else does any more.
      staged.stage.discard();
    }
    if (resends) await resendUnknown(ledger);
    return missing.jobs > 0 ? await refetchMissing(ledger) : noneMissing;
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

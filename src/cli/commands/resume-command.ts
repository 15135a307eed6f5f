import { agreedAccess } from '../../app/access/account.ts';
import { accessOf } from '../../app/access/endpoint.ts';
import { countedAsPending, resendUnknown } from '../../app/folder/order-jobs.ts';
import { isRehearsed, keptAddress, keptPlan, pricesOf } from '../../app/planning/kept-plan.ts';
import { keptView } from '../../app/planning/plan-view.ts';
import { showPlan } from '../../app/planning/preparation.ts';
import { noneMissing, refetchMissing } from '../../app/running/done-files.ts';
import { startRehearsal } from '../../app/running/rehearsal.ts';
import { runSession } from '../../app/running/session.ts';
import { hasNothingLeft } from '../../core/job/tally.ts';
import { quoted } from '../../core/shell-words.ts';
import type { MissingFiles } from '../../report/plan/missing-text.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import { openLedger, type RunLedger } from '../../store/ledger/ledger.ts';
import { openReader } from '../../store/ledger/reader.ts';
import type { Call } from '../argv/call.ts';
import { capsOf, limitsOf, resendsUnknown, truth } from '../argv/settings.ts';
import { mayGoAhead } from '../confirm.ts';
import { exitCodes } from '../exit.ts';
import { folderOf } from '../folders.ts';
import type { Surroundings } from '../surroundings.ts';
import { talkOf } from '../talk.ts';

/** `rcb resume [DIR]`: goes on from the folder's own plan, without the input. */
export async function resumeCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  limitsOf(flags);
  capsOf(flags);
  const resends = resendsUnknown(flags);
  const talk = talkOf(flags, surroundings);
  const dir = folderOf(words);
  const { view, rehearsed, address } = lookAt(dir, truth(flags, 'rehearse'));
  showPlan(view, talk);
  const ahead = resends ? countedAsPending(view) : view;
  const rehearsal = rehearsed && !hasNothingLeft(ahead) ? await startRehearsal(dir) : null;
  try {
    const named = rehearsal?.access ?? accessOf(flags, surroundings.env, address);
    const access = hasNothingLeft(ahead) ? named : await agreedAccess(named, dir, flags, surroundings);
    if (!(await mayGoAhead(ahead, access, flags, surroundings))) return exitCodes.usage;
    const goOn = `rcb resume ${quoted(dir)}`;
    const ledger = openLedger(dir);
    const missing = await giveOrders(ledger, resends, view);
    return await runSession({ ledger, access, flags, talk, surroundings, goOn, missing });
  } finally {
    await rehearsal?.close();
  }
}

async function giveOrders(
  ledger: RunLedger,
  resends: boolean,
  { missing = noneMissing }: PlanView,
): Promise<MissingFiles> {
  try {
    if (resends) await resendUnknown(ledger);
    return missing.jobs > 0 ? await refetchMissing(ledger) : noneMissing;
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

function lookAt(dir: string, rehearses: boolean) {
  const reader = openReader(dir);
  try {
    const record = keptPlan(reader);
    const rehearsed = isRehearsed(record, dir, rehearses);
    const sources = [`the plan of ${dir}`];
    return {
      view: keptView(reader, pricesOf(record), { sources, balanceUsd: null, rehearsed }),
      rehearsed,
      address: keptAddress(reader),
    };
  } finally {
    reader.close();
  }
}

import { planJson } from '../../cli/plan-json.ts';
import { realClock } from '../../cli/real-clock.ts';
import type { Talk } from '../../cli/talk.ts';
import { isError, UserError } from '../../core/complaints.ts';
import type { JsonObject } from '../../core/json.ts';
import type { MediaFile } from '../../core/media.ts';
import type { MissingFiles } from '../../report/plan/missing-text.ts';
import { type PlanView, planText } from '../../report/plan/plan-text.ts';
import { problemsText } from '../../report/plan/problems-text.ts';
import { ledgerPresence } from '../../store/folder/run-folder.ts';
import { openReaderIfAny } from '../../store/ledger/reader.ts';
import type { Standing } from '../../store/stage/plan-standing.ts';
import { openStage, type PlanRecord, type Stage } from '../../store/stage/stage.ts';
import { missingFilesOf, noneMissing } from '../running/done-files.ts';
import type { Errand } from './errand.ts';
import { conventionsAsJson } from './kept-conventions.ts';
import { pricesAsJson, pricesOf } from './kept-plan.ts';
import { fingerprintOf } from './plan-fingerprint.ts';
import { keptView, stagedView } from './plan-view.ts';
import type { PlanOutcome } from './planning.ts';

/** A plan that has been checked and can be shown. */
export interface Prepared {
  readonly view: PlanView;
  /** null: the folder holds this very plan already. */
  readonly staged: {
    readonly stage: Stage;
    readonly record: PlanRecord;
    /** What goes into the folder with it. */
    readonly files: readonly MediaFile[];
  } | null;
}

/**
 * Everything before the first submit: expansion, all input errors at once, counts, prices, and the difference to what
 * the folder holds. Writes nothing into the folder. null: there are errors, and they have been shown.
 */
export async function prepare(errand: Errand, kept: JsonObject, talk: Talk): Promise<Prepared | null> {
  const { asked, dir, rehearsed } = errand;
  const named = [...asked.files, ...asked.from];
  if (named.length === 0 && asked.axes.length === 0) {
    throw new UserError(
      'usage',
      'There is no input.',
      'Name a file of prompts or a sweep, or give prompt="…".',
    );
  }
  const sources = named.length === 0 ? ['the command line'] : named;
  const fingerprint = asked.problems.some(isError) ? null : await fingerprintOf(asked);
  const unchanged = viewOfKept(errand, fingerprint, sources);
  if (unchanged !== null) return { view: unchanged, staged: null };

  const checked = await checkedStage(errand, 'replaces', talk);
  if (checked === null) return null;
  const { stage, outcome, balanceUsd } = checked;
  try {
    return {
      view: stagedView(stage, outcome, asked, { sources, dir, balanceUsd, rehearsed }, missingIn(dir, stage)),
      staged: {
        stage,
        record: recordOf(outcome, fingerprint, {
          ...asked.settings,
          ...kept,
          ...conventionsAsJson(errand.conventions),
        }),
        files: [...outcome.files.values()],
      },
    };
  } catch (error) {
    stage.discard();
    throw error;
  }
}

/** Of the jobs that the folder has done and the staged plan asks for. */
function missingIn(dir: string, stage: Stage): MissingFiles {
  const reader = openReaderIfAny(dir);
  if (reader === null) return noneMissing;
  try {
    return missingFilesOf(reader, stage.asksFor);
  } finally {
    reader.close();
  }
}

/** A stage with a plan that may be run; whoever gets it discards it. */
export interface CheckedStage {
  readonly stage: Stage;
  readonly outcome: PlanOutcome;
  /** What is in the wallet; null: not known. */
  readonly balanceUsd: number | null;
}

/** Plans and checks everything. null: there are errors, and they have been shown. */
export async function checkedStage(
  errand: Errand,
  standing: Standing,
  talk: Talk,
): Promise<CheckedStage | null> {
  // What plans is large, and most reruns find their plan in the folder.
  const { planOnto } = await import('./planning.ts');
  const stage = openStage(errand.dir, standing);
  try {
    const outcome = await planOnto(stage, errand);
    stage.select(errand.asked.selection);
    await errand.checkLinks(stage, outcome);
    if (mayBeRun(stage, outcome, errand))
      return { stage, outcome, balanceUsd: await errand.balanceUsd(stage) };
    talk.warn(problemsText(outcome.problems, talk.terminal));
    stage.discard();
    return null;
  } catch (error) {
    stage.discard();
    throw error;
  }
}

function mayBeRun(stage: Stage, { problems }: PlanOutcome, { skipsInvalid }: Errand): boolean {
  if (!problems.some(isError)) return true;
  // What ends an input hides how much of it is missing; and nothing left to run is no rest to run.
  return skipsInvalid && stage.count() > 0 && !problems.some(({ ends }) => ends === true);
}

function recordOf(outcome: PlanOutcome, fingerprint: string | null, settings: JsonObject): PlanRecord {
  const { files, prices } = outcome;
  return {
    // The user's files may change without any input doing so: such a plan is made anew each time.
    fingerprint: files.size > 0 || settings.wildcards === true ? '' : (fingerprint ?? ''),
    settings: { ...settings, prices: pricesAsJson(prices) },
    plannedAt: realClock.now(),
  };
}

export function showPlan(view: PlanView, talk: Talk): void {
  const text = planText(view, talk.terminal);
  const isLong = text.trimEnd().includes('\n');
  talk.say(isLong ? `${text}\n` : text);
  talk.plan(planJson(view));
}

function viewOfKept(
  { dir, rehearsed }: Errand,
  fingerprint: string | null,
  sources: readonly string[],
): PlanView | null {
  // Whatever the plan, a folder that has lost its ledger is refused here.
  if (ledgerPresence(dir) !== 'there' || fingerprint === null) return null;
  const reader = openReaderIfAny(dir);
  if (reader === null) return null;
  try {
    const record = reader.planRecord();
    if (record?.fingerprint !== fingerprint) return null;
    return keptView(reader, pricesOf(record), { sources, balanceUsd: null, rehearsed });
  } finally {
    reader.close();
  }
}

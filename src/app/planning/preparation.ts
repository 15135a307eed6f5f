import { isError, type Problem, UserError } from '../../core/complaints.ts';
import type { JsonObject } from '../../core/json.ts';
import type { MediaFile } from '../../core/media.ts';
import type { JobGroup } from '../../core/money/estimate.ts';
import { pricedInputs } from '../../core/money/prices.ts';
import type { MissingFiles } from '../../report/plan/missing-text.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import { ledgerPresence } from '../../store/folder/run-folder.ts';
import { withReaderIfAny } from '../../store/ledger/with-reader.ts';
import type { Standing } from '../../store/stage/plan-standing.ts';
import { openStage, type PlanRecord, type Stage } from '../../store/stage/stage.ts';
import { providerAsJson } from '../access/folder-provider.ts';
import { estimatorFor } from '../estimates/estimators.ts';
import { estimated } from '../estimates/plan-estimate.ts';
import { refuseOtherShard, wholeJobsAsJson } from '../folder/kept-shard.ts';
import { realClock } from '../real-clock.ts';
import { missingFilesOf, noneMissing } from '../running/done-files.ts';
import { conventionsAsJson } from './kept-conventions.ts';
import { machinesAsJson, pricesAsJson, pricesOf } from './kept-plan.ts';
import { estimatedKept } from './kept-view.ts';
import type { Batch } from './open-batch.ts';
import { fingerprintOf } from './plan-fingerprint.ts';
import { identified } from './plan-id.ts';
import type { PlanSession } from './plan-session.ts';
import { stagedView } from './plan-view.ts';
import type { PlanOutcome } from './planning.ts';

/** Errors in the input: nothing may be run. */
export interface Refused {
  readonly type: 'refused';
  /** Warnings and notes too, in the order in which they were found. */
  readonly problems: readonly Problem[];
}

/** A plan that has been checked and can be shown. */
export interface Prepared {
  readonly type: 'prepared';
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
 * Everything before the first submission: expansion, all input errors at once, counts, prices, and the difference to
 * what the folder holds. Writes nothing into the folder. `kept`: further settings that are kept with the plan. Throws
 * `UserError` (`usage`) where there is nothing to plan.
 */
export async function prepare(session: PlanSession, kept: JsonObject = {}): Promise<Prepared | Refused> {
  const { batch, dir, rehearsed } = session;
  const sources = sourcesOf(batch);
  refuseOtherShard(dir, batch.shard);
  const fingerprint = batch.problems.some(isError) ? null : await fingerprintOf(batch, session.provider);
  const unchanged = await viewOfKept(session, fingerprint, sources);
  if (unchanged !== null) return { type: 'prepared', view: unchanged, staged: null };

  const checked = await checkedStage(session, 'replaces');
  if (checked.type === 'refused') return checked;
  const { stage, outcome, balanceUsd } = checked;
  try {
    const settings = {
      ...batch.settings,
      ...kept,
      ...providerAsJson(session.provider),
      ...conventionsAsJson(session.conventions),
    };
    return {
      type: 'prepared',
      view: identified(
        await estimatedStage(session, checked, (groups) =>
          stagedView(
            { stage, outcome, groups },
            batch,
            { sources, dir, balanceUsd, rehearsed },
            missingIn(dir, stage),
          ),
        ),
        stage,
        session,
      ),
      staged: {
        stage,
        record: recordOf(outcome, fingerprint, { ...settings, ...wholeJobsAsJson(batch.shard, stage) }),
        files: [...outcome.files.values()],
      },
    };
  } catch (error) {
    stage.discard();
    throw error;
  }
}

/** The inputs as the user wrote them. */
function sourcesOf({
  files,
  from,
  hasOwnRows,
  axes,
  modelIsForced,
  seeds,
  repeat,
}: Batch): readonly string[] {
  const named = [...files, ...from, ...(hasOwnRows ? ['rows'] : [])];
  if (named.length > 0) return named;
  // A model may have a value of its own for each of its inputs.
  const isAsItIs = modelIsForced && (seeds !== null || repeat > 1);
  if (axes.length > 0 || isAsItIs) return ['the command line'];
  throw new UserError('usage', 'No input given.', 'Give a file of prompts, a sweep, or prompt="…".');
}

/** Of the jobs that the folder has done and the staged plan asks for. */
function missingIn(dir: string, stage: Stage): MissingFiles {
  return withReaderIfAny(dir, (reader) => missingFilesOf(reader, stage.asksFor)) ?? noneMissing;
}

/** A stage with a plan that may be run; whoever gets it discards it. */
export interface CheckedStage {
  readonly type: 'checked';
  readonly stage: Stage;
  readonly outcome: PlanOutcome;
  /** What is in the wallet; null: not known. */
  readonly balanceUsd: number | null;
}

/** Plans and checks everything. */
export async function checkedStage(
  session: PlanSession,
  standing: Standing,
): Promise<CheckedStage | Refused> {
  // What plans is large, and most reruns find their plan in the folder.
  const { planOnto } = await import('./planning.ts');
  const stage = openStage(session.dir, standing);
  try {
    const outcome = await planOnto(stage, session);
    stage.select({ ...session.batch.selection, shard: session.batch.shard });
    await session.checkLinks(stage, outcome);
    if (mayBeRun(stage, outcome, session)) {
      return { type: 'checked', stage, outcome, balanceUsd: await session.balanceUsd(stage) };
    }
    stage.discard();
    return { type: 'refused', problems: outcome.problems };
  } catch (error) {
    stage.discard();
    throw error;
  }
}

function mayBeRun(stage: Stage, { problems }: PlanOutcome, { skipsInvalid }: PlanSession): boolean {
  if (!problems.some(isError)) return true;
  // What ends an input hides how much of it is missing; and nothing left to run is no rest to run.
  return skipsInvalid && stage.count() > 0 && !problems.some(({ ends }) => ends === true);
}

function recordOf(outcome: PlanOutcome, fingerprint: string | null, settings: JsonObject): PlanRecord {
  const { files, prices, models } = outcome;
  return {
    // The user's files may change without any input doing so: such a plan is made anew each time.
    fingerprint: files.size > 0 || settings.wildcards === true ? '' : (fingerprint ?? ''),
    settings: {
      ...settings,
      prices: pricesAsJson(prices),
      ...machinesAsJson(models),
      rows_read: outcome.rows,
    },
    plannedAt: realClock.now(),
  };
}

/** What a view makes of the jobs to submit, by model and priced inputs, with what they will likely cost and take. */
export async function estimatedStage(
  session: PlanSession,
  { stage, outcome: { prices, models } }: Pick<CheckedStage, 'stage' | 'outcome'>,
  view: (groups: readonly JobGroup[]) => PlanView,
): Promise<PlanView> {
  const { dir, accessRequest, provider, address, window } = session;
  const of = { provider: provider.name, address };
  const estimator = estimatorFor(dir, of, prices, accessRequest.env);
  const groups = [...stage.countsToSubmit(estimator.isByInput ? pricedInputs : [])];
  return estimated(view(groups), groups, estimator, {
    ...{ window, machines: models },
    hasToken: await session.hasToken(),
  });
}

async function viewOfKept(
  session: PlanSession,
  fingerprint: string | null,
  sources: readonly string[],
): Promise<PlanView | null> {
  const { dir, rehearsed } = session;
  // Whatever the plan, a folder that has lost its ledger is refused here.
  if (ledgerPresence(dir) !== 'there' || fingerprint === null) return null;
  return withReaderIfAny(dir, async (reader) => {
    const record = reader.planRecord();
    if (record?.fingerprint !== fingerprint) return null;
    const { provider, address, window, accessRequest } = session;
    const terms = {
      ...{ of: { provider: provider.name, address }, env: accessRequest.env, window },
      hasToken: session.hasToken,
    };
    const place = { sources, balanceUsd: null, rehearsed };
    return identified(await estimatedKept(reader, pricesOf(record), place, terms), reader, session);
  });
}

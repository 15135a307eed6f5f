import { existsSync } from 'node:fs';
import { UserError } from '../../core/complaints.ts';
import type { JsonObject } from '../../core/json.ts';
import { isWord } from '../../core/sweep.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import { keepInputs } from '../../store/files/input-files.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import type { AccessRequest } from '../access/access-request.ts';
import { providerOfFolder } from '../access/folder-provider.ts';
import type { SettledByCallback } from '../callbacks/settling-callbacks.ts';
import { realClock } from '../real-clock.ts';
import type { BatchRequest } from '../request.ts';
import { settledOrResent } from '../running/starting.ts';
import { adoptInto, type WorkLedger } from '../running/work-ledger.ts';
import { rowsOf } from './batch-inputs.ts';
import type { Favourites } from './favourites.ts';
import { keptNames } from './inherited-names.ts';
import { refuseOtherConventions, withConventions } from './kept-conventions.ts';
import { keptAddress, keptPlan, withPrices } from './kept-plan.ts';
import { type Batch, openBatch } from './open-batch.ts';
import { identified } from './plan-id.ts';
import type { PlanSession, PlanTarget } from './plan-session.ts';
import { variedView } from './plan-view.ts';
import { type CheckedStage, checkedStage, estimatedStage, type Refused } from './preparation.ts';

/**
 * New jobs from favourites, to be planned behind the plan of their folder. `request.words` are `input=values` alone.
 * Throws `UserError` (`usage`) where nothing would vary, or a rehearsal would mix its results with real ones.
 */
export async function variationOf(
  { dir, rows }: Favourites,
  request: BatchRequest,
  access: AccessRequest,
): Promise<PlanTarget> {
  const { record, settings, address } = keptIn(dir);
  const provider = providerOfFolder(record, dir, access);
  const rehearsed = settings.rehearse === true;
  if (request.rehearse && !rehearsed) {
    throw new UserError(
      'usage',
      `${dir} contains real results; a rehearsal would mix its own with them.`,
      'Vary a rehearsal folder, or see the plan with --dry-run.',
    );
  }
  const varied = { rows, names: keptNames(settings) };
  const batch = await openBatch(request, { env: access.env, provider, varied });
  // Files of one folder are called alike.
  const { name } = settings;
  const nameTemplate = request.name === null && typeof name === 'string' ? name : batch.nameTemplate;
  const described = describedIn(settings, batch);
  const varying = { ...batch, ...described, rows: [rowsOf(rows)], nameTemplate };
  return { batch: varying, dir, rehearsed, keptUrl: address };
}

/** The file that described the inputs of the folder's model, as long as it is there, and that model. */
function describedIn(settings: JsonObject, batch: Batch): Partial<Pick<Batch, 'schemaFile' | 'model'>> {
  const { schema, model } = settings;
  const isThere = batch.schemaFile === null && typeof schema === 'string' && existsSync(schema);
  return isThere && typeof model === 'string' && !batch.modelIsForced ? { schemaFile: schema, model } : {};
}

/** Throws `UserError` (`usage`) where the new jobs would be the favourites themselves. */
export function refuseSameness({ words, seeds, repeat, model }: BatchRequest): void {
  if (seeds !== null || repeat !== null || model !== null || words.some(isWord)) return;
  throw new UserError(
    'usage',
    'Nothing to vary.',
    'Add --seeds 4, or new values such as style=anime,realistic.',
  );
}

/** A variation that has been checked and can be shown. */
interface PreparedVariation {
  readonly type: 'prepared';
  readonly view: PlanView;
  readonly checked: CheckedStage;
}

/** Plans it onto a stage, which whoever gets it discards. `files`: those that name the favourites. */
export async function prepareVariation(
  session: PlanSession,
  files: readonly string[],
): Promise<PreparedVariation | Refused> {
  const checked = await checkedStage(session, 'extends');
  if (checked.type === 'refused') return checked;
  const { stage, outcome, balanceUsd } = checked;
  const { batch, dir, rehearsed } = session;
  try {
    const sources = files.length === 0 ? ['the command line'] : files;
    const varied = await estimatedStage(session, checked, (groups) =>
      variedView({ stage, outcome, groups }, batch, { sources, dir, balanceUsd, rehearsed }),
    );
    const view = identified(varied, stage, session);
    return { type: 'prepared', view, checked };
  } catch (error) {
    stage.discard();
    throw error;
  }
}

/** Takes the new jobs into the folder's plan. */
export async function extendPlan(
  ledger: WorkLedger,
  { conventions, provider }: PlanSession,
  { checked: { stage, outcome } }: PreparedVariation,
  resendsUnknown: boolean,
): Promise<SettledByCallback> {
  await keepInputs(ledger.dir, outcome.files.values());
  await ledger.sharing?.putInputs(outcome.files.values());
  // Read under the folder's lock, since another run may have planned in the meantime.
  refuseOtherConventions(ledger.dir, conventions);
  const record = withConventions(keptIn(ledger.dir).record, conventions);
  const whole = withPrices(record, outcome.prices, outcome.models);
  await adoptInto(ledger, whole, () => stage.adopt(ledger, whole, realClock.now()));
  return settledOrResent(ledger, { resendsUnknown, provider });
}

function keptIn(dir: string) {
  return withReader(dir, (reader) => {
    const record = keptPlan(reader);
    return { record, settings: record.settings, address: keptAddress(reader) };
  });
}

import { isError, type Problem, UserError } from '../../core/complaints.ts';
import type { MediaFile } from '../../core/media.ts';
import type { Model } from '../../core/models.ts';
import type { Price } from '../../core/money/prices.ts';
import type { Provider } from '../../core/provider.ts';
import type { Row } from '../../core/row.ts';
import { typeOfSent } from '../../media/media-marks.ts';
import { withRep } from '../../plan/cells/planned-job.ts';
import type { Conventions } from '../../plan/conventions.ts';
import { fileFinder } from '../../plan/media/media-finder.ts';
import type { PlanRequest } from '../../plan/plan-request.ts';
import { type Planned, planJobs } from '../../plan/planner.ts';
import type { Stage } from '../../store/stage/stage.ts';
import { deploymentId, otherOwner } from '../access/folder-provider.ts';
import type { Batch } from './open-batch.ts';

/** Beyond this many jobs a plan asks for a limit or a word of consent, instead of filling the disk. */
const maxJobsUnasked = 1_000_000;

type PlannedAxis = Extract<Planned, { type: 'axes' }>['axes'][number];
type PlannedInputs = Omit<Extract<Planned, { type: 'inputs' }>, 'type'>;

export interface PlanOutcome {
  /** Rows read; 1 for words alone. */
  readonly rows: number;
  /** What is found later, in the links of jobs, is added. */
  readonly problems: Problem[];
  readonly prices: ReadonlyMap<string, Price | null>;
  readonly models: ReadonlyMap<string, Model>;
  readonly axes: readonly PlannedAxis[];
  /** Of models whose inputs are addresses: those that the plan sets. */
  readonly inputs: readonly PlannedInputs[];
  /** The user's files that jobs send, by marker. */
  readonly files: ReadonlyMap<string, MediaFile>;
  /** By the name of a column that is not sent: the flag that would send it as the input that it is like. */
  readonly proposals: ReadonlyMap<string, string>;
}

interface Planning {
  readonly provider: Provider;
  readonly batch: Batch;
  readonly conventions: Conventions;
  /** Its price may be asked for meanwhile: `priceOf` waits for it. */
  findModel(id: string): Promise<Model | null>;
  priceOf(model: Model): Promise<Price | null>;
  /** What an unknown id may be a misspelling of. */
  modelIds(): Promise<readonly string[]>;
  /** `--yes`: as many jobs as it may be. */
  readonly unbounded: boolean;
  /** `--skip-invalid`: jobs are staged although others are wrong. */
  readonly skipsInvalid: boolean;
}

/** Streams the input through expansion and checks onto the stage. Nothing is sent and nothing else is written. */
export async function planOnto(stage: Stage, planning: Planning): Promise<PlanOutcome> {
  const { batch } = planning;
  const { problems } = batch;
  const models = new Map<string, Model>();
  const files = new Map<string, MediaFile>();
  let axes: readonly PlannedAxis[] = [];
  const inputs: PlannedInputs[] = [];
  let rows = 0;
  // Once something is wrong and nothing will be run, only further problems are looked for.
  let sound = planning.skipsInvalid || !problems.some(isError);
  let proposals: PlanOutcome['proposals'] = new Map();

  async function* allRows(): AsyncGenerator<Iterable<Row>> {
    for (const input of batch.rows) for await (const each of input) yield counted(each);
  }

  function* counted(each: Iterable<Row>): Generator<Row> {
    for (const row of each) {
      rows += 1;
      yield row;
    }
  }

  function add({ job, openPath, rank }: Extract<Planned, { type: 'job' }>): void {
    if (!batch.keepDuplicates) stage.add(job, rank);
    else stage.add(job, rank, { keepDuplicates: (rep) => withRep(job, rep, planning.provider, openPath) });
  }

  function take(planned: Planned): void {
    switch (planned.type) {
      case 'job':
        if (sound) add(planned);
        break;
      case 'files':
        for (const file of planned.files) files.set(file.marker, file);
        break;
      case 'axes':
        if (planned.axes.length > axes.length) ({ axes } = planned);
        break;
      case 'inputs':
        inputs.push({ model: planned.model, inputs: planned.inputs });
        break;
      case 'unsent':
        problems.push(...planned.notes);
        ({ proposals } = planned);
        break;
      case 'problem':
        problems.push(planned.problem);
        if (isError(planned.problem) && !planning.skipsInvalid) sound = false;
        break;
    }
  }

  const request: PlanRequest = {
    provider: planning.provider,
    defaultModel: batch.model,
    modelIsForced: batch.modelIsForced,
    axes: batch.axes,
    defaults: batch.sweep?.defaults ?? [],
    renames: batch.renames,
    declared: batch.declared,
    nameTemplate: batch.nameTemplate,
    wordsAlone: batch.rows.length === 0 || sweepAlone(batch),
    seeds: batch.seeds,
    scattersSeeds: batch.scattersSeeds,
    wildcards: batch.wildcards,
    literal: batch.literal,
    conventions: planning.conventions,
    repeat: batch.repeat,
    link: batch.link,
    exclude: batch.exclude,
    order: batch.order,
    files: fileFinder('.', typeOfSent, planning.provider.bodyLimits),
    maxJobs: planning.unbounded ? Number.POSITIVE_INFINITY : maxJobsUnasked,
    limit: limitWhileExpanding(batch),
    modelOf: async (id) => {
      const model = await planning.findModel(id);
      if (model !== null) models.set(model.id, model);
      return model;
    },
    modelIds: planning.modelIds,
    otherOwner: (id) => otherOwner(id, planning.provider),
    idElsewhere: (id) => deploymentId(id, planning.provider),
  };
  try {
    await planJobs(allRows(), request, take);
  } catch (error) {
    // What is wrong with the rows is told all the same.
    if (!(error instanceof UserError) || error.about !== 'usage' || !problems.some(isError)) throw error;
    const message = error.hint === null ? error.message : `${error.message} ${error.hint}`;
    problems.push({ severity: 'error', place: null, kind: 'usage', message, ends: true });
  }
  const prices = new Map<string, Price | null>();
  for (const [id, model] of models) prices.set(id, await planning.priceOf(model));
  return { rows: Math.max(rows, 1), problems, prices, models, axes, inputs, files, proposals };
}

function sweepAlone({ sweep, rows }: Batch): boolean {
  return sweep !== null && rows.length === 1 && sweep.rows.length === 0;
}

// A sample or a shuffle needs all of them to draw from.
function limitWhileExpanding({ selection }: Batch): number | null {
  return selection.sample === null && !selection.shuffle ? selection.limit : null;
}

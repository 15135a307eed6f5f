import type { Problem } from '../core/complaints.ts';
import type { PlannedJob } from '../core/job.ts';
import type { JsonValue } from '../core/json.ts';
import type { Model } from '../core/models.ts';
import { placeholders } from '../core/paths.ts';
import type { Row } from '../core/row.ts';
import { checkBody, layerOf, mergeLayers } from './body.ts';
import { renamingBy } from './columns.ts';
import { jobId } from './identity.ts';
import { modelShelf } from './modelshelf.ts';
import { checkNameTemplate, commonPlaceholders, pathOf } from './naming.ts';
import { readRow } from './rowreading.ts';
import { showName } from './sentences.ts';
import type { Word } from './words.ts';

export interface PlanRequest {
  readonly defaultModel: string;
  /** They hold for every row that has no value of its own. */
  readonly words: readonly Word[];
  /** `--map Prompt=prompt`: column to name. */
  readonly renames: ReadonlyMap<string, string>;
  readonly nameTemplate: string;
  /** There are no inputs at all, so the words alone make one job. An input without rows is no reason for that. */
  readonly wordsAlone: boolean;
  /** null: there is no such model. Asked once for each id. */
  modelOf(id: string): Promise<Model | null>;
}

export type Planned =
  | { readonly type: 'job'; readonly job: PlannedJob }
  | { readonly type: 'problem'; readonly problem: Problem };

/**
 * Rows and words as jobs, each checked against its model's schema and identified, in the order of the rows and in
 * constant memory. A row gives a job or at least one error, except that what is wrong with a column, a word or a
 * model is said once and not for each row. Warnings that count rows come last.
 * Throws `UserError` (`usage`) for a wrong name template: for its form at once, for an unknown placeholder at the
 * end, when all models of the plan are known.
 */
export async function* planJobs(rows: AsyncIterable<Row>, request: PlanRequest): AsyncGenerator<Planned> {
  checkNameTemplate(request.nameTemplate, [...commonPlaceholders, ...placeholders(request.nameTemplate)]);
  const renaming = renamingBy(request.renames);
  const shelf = modelShelf(request);
  const overridden = new Map<Word, number>();
  const saidOfColumns = new Set<string>();
  let rowCount = 0;

  async function planRow(row: Row | null): Promise<readonly Planned[]> {
    const reading = readRow(row, renaming);
    const entry = await shelf.entryFor(reading);
    const problems: Problem[] = [...entry.problems, ...reading.problems];
    const { found } = entry;
    if (found === null) return problems.map(asPlanned);

    const { inputs, words } = found;
    const columns = found.read(reading);
    for (const { column, problem } of columns.problems) {
      if (!saidOfColumns.has(column)) problems.push(problem);
      saidOfColumns.add(column);
    }
    const own = layerOf(inputs, columns.given);
    problems.push(...own.problems);
    for (const [input, word] of words.words) {
      const ownValue = own.values.has(input) || own.broken.has(input);
      if (ownValue) overridden.set(word, (overridden.get(word) ?? 0) + 1);
    }
    const input = mergeLayers(inputs, [own, words]);
    const brokenWords = [...words.broken].filter((name) => !own.values.has(name));
    const excused = new Set([...own.broken, ...brokenWords, ...columns.inDoubt]);
    const placeOf = (name: string | null) =>
      columns.given.get(name ?? '')?.place ?? row?.placeOf(name ?? '') ?? null;
    const faults = checkBody(inputs, input, excused, placeOf);
    for (const { input: _, ...problem } of faults) problems.push(problem);
    const flaws = reading.problems.length + columns.problems.length + excused.size + faults.length;
    if (flaws > 0 || words.unusable) return problems.map(asPlanned);

    const axes: Readonly<Record<string, JsonValue>> = {};
    const id = jobId(inputs.model, input, 1);
    const named = { id, name: reading.name, input, axes };
    const job: PlannedJob = {
      ...named,
      model: inputs.model,
      rep: 1,
      pathTemplate: pathOf(request.nameTemplate, named, inputs),
      rows: row === null ? [] : [`${row.file}:${row.line}`],
      tags: columns.tags,
      parent: null,
    };
    return [...problems.map(asPlanned), { type: 'job', job }];
  }

  for await (const row of rows) {
    rowCount += 1;
    for (const planned of await planRow(row)) yield planned;
  }
  if (rowCount === 0 && !request.wordsAlone) return;
  if (rowCount === 0) for (const planned of await planRow(null)) yield planned;
  for (const problem of renaming.unused()) yield asPlanned(problem);
  for (const [word, count] of overridden) yield asPlanned(overrideWarning(word, count, rowCount));
  const known = shelf.inputNames(renaming.seen());
  if (known !== null) checkNameTemplate(request.nameTemplate, [...commonPlaceholders, ...known]);
}

function overrideWarning(word: Word, count: number, rowCount: number): Problem {
  const [all, own] =
    count === 1 ? ['the only row', 'has its own value'] : [`all ${count} rows`, 'have their own values'];
  const rows = count === rowCount ? all : `${count} of ${rowCount} rows`;
  const message = `${showName(word.source)} does not hold for ${rows}, which ${own}`;
  return { severity: 'warning', place: null, kind: 'overridden', message };
}

function asPlanned(problem: Problem): Planned {
  return { type: 'problem', problem };
}

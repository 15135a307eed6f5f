import type { Problem } from '../core/complaints.ts';
import type { PlannedJob } from '../core/job/job.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { type MediaFile, markersIn, maxBodyBytes } from '../core/media.ts';
import type { SentBody } from '../core/row.ts';
import type { PlanOrder } from '../core/sweep.ts';
import type { SeedDrawer } from './axes/drawn-seeds.ts';
import { cellCount, cellsOf } from './axes/grid.ts';
import type { ModelAxis } from './axes/model-axis.ts';
import type { JobLimit } from './job-limit.ts';
import { bodyBytes } from './media/body-bytes.ts';
import { dataLinkWarning, type FileFinder } from './media/media-files.ts';
import type { PreparedModel } from './models/model-lookup.ts';
import type { MissingColumns } from './notes/missing-columns.ts';
import type { PlanNotes } from './notes/plan-notes.ts';
import { isExpanded, seedlessWarning } from './notes/plan-warnings.ts';
import type { TextNotes } from './notes/text-notes.ts';
import { type CellBody, type CellMeans, type Chosen, cellBody } from './rows/cell-body.ts';
import { jobId } from './rows/identity.ts';
import { openPathOf, pathWith } from './rows/naming.ts';
import { placeInRow, type RowParts } from './rows/row-parts.ts';
import { keptAxes, lackingWarning } from './rows/sent-layer.ts';

/** What holds for the expansion of every row. */
export interface Expansion {
  readonly nameTemplate: string;
  readonly order: PlanOrder;
  readonly repeat: number;
  readonly files: FileFinder;
  /** Several models are compared. */
  readonly comparesModels: boolean;
  /** No row is as the user wants it. */
  readonly isHopeless: boolean;
  readonly limit: JobLimit;
  readonly notes: PlanNotes;
  readonly texts: TextNotes;
  readonly draw: SeedDrawer;
  readonly missing: MissingColumns;
}

/** `openPath` is the job's path with `{job}` in the place of its id. */
export interface ExpandedJob {
  readonly type: 'job';
  readonly job: PlannedJob;
  readonly openPath: string;
  readonly rank: number;
}

export type Expanded =
  | ExpandedJob
  | { readonly type: 'problem'; readonly problem: Problem }
  | { readonly type: 'files'; readonly files: readonly MediaFile[] };

// Rows of a grid that fail in each cell in its own way are not told to the end.
const maxFaultyCells = 100;

/**
 * The jobs of one row for one model, in the order of their ranks, one after the other. A cell that is at fault gives
 * none; what is wrong with the row as such is said once.
 */
export function* expandRow(parts: RowParts, model: PreparedModel, plan: Expansion): Generator<Expanded> {
  const { notes, missing } = plan;
  const { inputs, axes } = model;
  const said = new Set<string>();
  function* say(problem: Problem, ofRow: boolean): Generator<Expanded> {
    const isNews = ofRow ? !said.has(problem.message) : notes.isNews(problem);
    if (ofRow) said.add(problem.message);
    if (isNews) yield { type: 'problem', problem };
  }

  for (const problem of missing.see(inputs, parts.columns.given)) yield { type: 'problem', problem };
  for (const { problem } of parts.columns.problems) yield* say(problem, false);
  for (const name of parts.columns.lacking) yield* say(lackingWarning(name, inputs), false);
  for (const problem of parts.own.problems) yield* say(problem, true);
  for (const { problem, ofRow } of parts.wild.problems) yield* say(problem, ofRow);
  for (const blank of parts.own.blanks ?? []) plan.texts.blank(blank);
  plan.texts.see(parts, model);
  yield* seedlessWarnings(parts, model, say);

  const seedCount = axes.groups.find((group) => group.axes.some(({ isSeed }) => isSeed))?.steps.length ?? 1;
  const seedSteps = Math.max(1, parts.seeds?.steps.length ?? parts.seedReps);
  const counts = parts.groups.map(({ steps }) => Math.max(1, steps.length));
  const isBreadth = plan.order === 'breadth';
  const all = isBreadth ? [plan.repeat, seedSteps, ...counts] : [...counts, seedSteps, plan.repeat];
  notes.expect(cellCount(all));

  const isFlawed =
    plan.isHopeless ||
    axes.unusable ||
    parts.columns.problems.length +
      parts.reading.problems.length +
      parts.own.broken.size +
      parts.wild.problems.length >
      0;
  const isSteady = parts.late.size === 0 && axes.axes.every(({ draws }) => draws.length === 0);
  const sent = parts.reading.row?.sent ?? null;
  const firstRep = firstRepetition(sent, parts.seedReps);
  let faulty = 0;
  let made = 0;
  for (const digits of cellsOf(all)) {
    const [repeat, seed] = (isBreadth ? [digits[0], digits[1]] : [digits.at(-1), digits.at(-2)]) as [
      number,
      number,
    ];
    const others = isBreadth ? digits.slice(2) : digits.slice(0, -2);
    const rank = isBreadth ? repeat * seedCount + seed : 0;
    const isClosed = plan.limit.isClosed(rank);
    if (isClosed && (made > 0 || faulty > 0)) return notes.leaveUnseen();

    const chosen: Chosen[] = parts.groups.map((group, at) => ({
      group,
      step: group.steps[others[at] as number] ?? 0,
    }));
    if (parts.seeds !== null) chosen.push({ group: parts.seeds, step: parts.seeds.steps[seed] ?? 0 });
    const rep = firstRep + repeat * parts.seedReps + (parts.seeds === null ? seed : 0);
    const draw: CellMeans['draw'] = (field, body) => plan.draw(field, { model: inputs.model, body, rep });
    const cell = cellBody(parts, model, chosen, { finder: plan.files, draw });
    if (model.isExcluded({ input: cell.input, textOf: (name) => columnText(name, cell, parts) })) continue;
    const files = usedFiles(cell, model);
    const faults = [...cell.check(), ...oversize(cell.input, files, parts)];
    for (const { problem, ofRow } of cell.problems) yield* say(problem, ofRow);
    for (const fault of faults) {
      const { isHeld, released } = missing.weigh(parts, inputs, fault);
      for (const problem of released) yield { type: 'problem', problem };
      const { input: _, ...problem } = fault;
      if (!isHeld) yield* say(problem, true);
    }
    if (isFlawed || !cell.isSound || faults.length > 0) {
      faulty += 1;
      const isOfRow = faults.every(
        ({ input }) => input !== null && !axes.axes.some(({ name }) => name === input),
      );
      // What is wrong with the row alone is told by its first cell.
      if ((isSteady && (isFlawed || isOfRow)) || faulty >= maxFaultyCells) return notes.leaveUnseen();
      continue;
    }
    made += 1;
    if (cell.isDrawn && !isClosed) plan.texts.drew();
    if (isClosed) return notes.leaveUnseen();

    const { job, openPath } = jobOf(parts, model, cell, rep, plan);
    plan.limit.add(job.id, rank);
    noteFairness(parts, model, cell.input, notes);
    if (files.length > 0) yield* linkWarnings(cell.input, model, say);
    const newFiles = files.filter((file) => notes.isNewFile(file));
    if (newFiles.length > 0) yield { type: 'files', files: newFiles };
    yield { type: 'job', job, openPath, rank };
  }

  function jobOf(
    { reading, columns }: RowParts,
    { inputs: { model: id } }: PreparedModel,
    cell: CellBody,
    rep: number,
    { nameTemplate, comparesModels }: Expansion,
  ): Omit<ExpandedJob, 'type' | 'rank'> {
    const several = [...axes.axes, ...parts.wild.axes].filter(({ values }) => values.length > 1);
    const onAxes = several.flatMap((axis) => {
      const value = axisValue(axis, cell, parts);
      return value === undefined ? [] : [[axis.name, value] as const];
    });
    const named = {
      id: jobId(id, cell.input, rep),
      name: reading.name,
      input: cell.input,
      axes: Object.fromEntries([
        ...(comparesModels ? [['model', id] as const] : []),
        ...(reading.row === null ? [] : keptAxes(reading.row, id, cell.input)),
        ...onAxes,
      ]),
    };
    const drawn = [...parts.drawn].flatMap(({ name }) => {
      const text = parts.texts.textOf(name) === null ? cell.textOf(name) : null;
      return text === null ? [] : [[name, text] as const];
    });
    const openPath = openPathOf(nameTemplate, named, inputs);
    const job = {
      ...named,
      model: id,
      rep,
      pathTemplate: pathWith(named.id, openPath),
      rows: sent?.rows ?? (reading.row === null ? [] : [`${reading.row.file}:${reading.row.line}`]),
      tags: { ...sent?.tags, ...parts.drawnDefaults, ...Object.fromEntries(drawn), ...columns.tags },
      parent: sent === null || sent.job === named.id ? (sent?.again?.parent ?? null) : sent.job,
    };
    return { job, openPath };
  }
}

function firstRepetition(sent: SentBody | null, seedReps: number): number {
  if (sent === null) return 1;
  // Repetitions in place of new seeds are new as well.
  if (seedReps > 1) return sent.rep + 1;
  return sent.again === undefined ? 1 : sent.rep;
}

function axisValue({ role, name }: ModelAxis, cell: CellBody, parts: RowParts): JsonValue | undefined {
  if (role === 'input') return Object.hasOwn(cell.input, name) ? cell.input[name] : undefined;
  const isDrawn = [...parts.drawn].some((axis) => axis.name === name);
  return isDrawn ? (cell.textOf(name) ?? undefined) : undefined;
}

function columnText(name: string, cell: CellBody, { reading }: RowParts): string | null {
  return cell.textOf(name) ?? (name.toLowerCase() === 'id' ? reading.name : null);
}

type Say = (problem: Problem, ofRow: boolean) => Generator<Expanded>;

function* seedlessWarnings(parts: RowParts, { inputs, axes }: PreparedModel, say: Say): Generator<Expanded> {
  const axis = axes.axes.find((each) => each.isSeed && each.role === 'column' && !parts.drawn.has(each));
  if (axis !== undefined) yield* say(seedlessWarning(axis.source, inputs.model, axis.values.length), false);
}

/** Files are sent in a way that is not documented for most inputs. */
function* linkWarnings(input: JsonObject, { inputs }: PreparedModel, say: Say): Generator<Expanded> {
  for (const [name, value] of Object.entries(input)) {
    const field = inputs.fields?.get(name);
    if (field === undefined || markersIn(value).length === 0) continue;
    const warning = dataLinkWarning(name, field, null);
    if (warning !== null) yield* say(warning, false);
  }
}

function oversize(input: JsonObject, files: readonly MediaFile[], parts: RowParts) {
  const bytes = bodyBytes(input, new Map(files.map((file) => [file.marker, file])));
  if (bytes <= maxBodyBytes) return [];
  const [is, most] = [bytes, maxBodyBytes].map((each) => `${Math.ceil(each / 2 ** 20)} MiB`);
  const message = `the body with its files has ${is}; at most ${most} can be sent`;
  const place = placeInRow(parts, null);
  return [{ severity: 'error', place, kind: 'body_size', message, input: null } as const];
}

/** The files behind the markers of a body, each once. */
function usedFiles(cell: CellBody, { axes }: PreparedModel): readonly MediaFile[] {
  if (cell.files.length === 0 && axes.files.size === 0) return [];
  const own = new Map(cell.files.map((file) => [file.marker, file]));
  const used = [...new Set(markersIn(cell.input))];
  return used.flatMap((marker) => own.get(marker) ?? axes.files.get(marker) ?? []);
}

function noteFairness(parts: RowParts, model: PreparedModel, input: JsonObject, notes: PlanNotes): void {
  if (!isExpanded(model.inputs, input)) return;
  const compared = [...parts.groups, ...(parts.seeds === null ? [] : [parts.seeds])]
    .filter(({ steps }) => steps.length > 1)
    .flatMap(({ axes }) => axes)
    .filter(({ isSeed, field, role }) => role === 'input' && (isSeed || field?.choices != null));
  const names = compared.map(({ name }) => name);
  const asked = model.axes.axes.some(({ name, values }) => name === 'expand_prompt' && values.length > 1);
  if (names.length > 0 && !asked) notes.compareUnfairly(names);
}

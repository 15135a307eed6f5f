import type { Problem } from '../core/complaints.ts';
import type { JsonObject } from '../core/json.ts';
import type { MediaFile } from '../core/media.ts';
import type { PlanOrder } from '../core/sweep.ts';
import type { SeedDrawer } from './axes/drawn-seeds.ts';
import { linkWarnings, oversize, usedFiles } from './cells/cell-files.ts';
import { type GridCell, gridCell } from './cells/grid-cell.ts';
import { type GridStep, gridSteps } from './cells/grid-steps.ts';
import { type OpenJob, plannedJob } from './cells/planned-job.ts';
import type { JobLimit } from './job-limit.ts';
import type { FileFinder } from './media/media-files.ts';

import type { PreparedModel } from './models/model-lookup.ts';
import type { MissingColumns } from './notes/missing-columns.ts';
import type { PlanNotes } from './notes/plan-notes.ts';
import { isExpanded, seedlessWarning } from './notes/plan-warnings.ts';
import type { TextNotes } from './notes/text-notes.ts';
import type { RowGrid } from './rows/row-grid.ts';
import { lackingWarning } from './rows/sent-layer.ts';

/**
 * The way of a row: `Row`, as the input has it, is read without its model (`RowReading`: what the row says). For each
 * of its models it spans a grid (`RowGrid`: what it says in every cell, and the axes that multiply it). Each cell of
 * the grid is a body (`GridCell`: what one cell says), and a sound body is a `PlannedJob`.
 */

/** What holds for the expansion of every row. */
export interface Expansion {
  /** What the ids of jobs are made of besides the job; null: nothing. */
  readonly provider: string | null;
  readonly nameTemplate: string;
  readonly order: PlanOrder;
  readonly repeat: number;
  readonly files: FileFinder;
  /** Several models are compared. */
  readonly comparesModels: boolean;
  /** Something is wrong that concerns every row, so that no cell becomes a job. */
  readonly isHopeless: boolean;
  readonly limit: JobLimit;
  readonly notes: PlanNotes;
  readonly texts: TextNotes;
  readonly draw: SeedDrawer;
  readonly missing: MissingColumns;
}

interface ExpandedJob extends OpenJob {
  readonly type: 'job';
  readonly rank: number;
}

export type Expanded =
  /** Sorted by rank, then by arrival, the jobs are in the order asked for. */
  | ExpandedJob
  /** The files behind markers of the job that follows: once for each marker. */
  | { readonly type: 'files'; readonly files: readonly MediaFile[] }
  | { readonly type: 'problem'; readonly problem: Problem };

/** Takes what an expansion gives, one after the other. */
type Taking = (expanded: Expanded) => void;

type CellFault = ReturnType<GridCell['check']>[number];

// A grid whose cells each fail in their own way is not reported to the end.
const maxFaultyCells = 100;

/**
 * The jobs of one row for one model, in the order of their ranks, one after the other. A faulty cell gives
 * none; what is wrong with the row as such is reported once.
 */
export function expandRow(grid: RowGrid, model: PreparedModel, plan: Expansion, take: Taking): void {
  const report = reportOnce(plan.notes, take);
  rowProblems(grid, model, plan, report, take);
  const { count, steps } = gridSteps(grid, model.axes.groups, plan);
  plan.notes.expect(count);
  if (!expandCells(steps, grid, model, plan, report, take)) plan.notes.leaveUnseen();
}

/** false: some cells were passed over, since nothing more is to be learnt from them or wanted of them. */
function expandCells(
  steps: Iterable<GridStep>,
  grid: RowGrid,
  model: PreparedModel,
  plan: Expansion,
  report: Report,
  take: Taking,
): boolean {
  const { notes, limit } = plan;
  const isFlawed = plan.isHopeless || model.axes.unusable || hasProblems(grid);
  let faulty = 0;
  let made = 0;
  for (const step of steps) {
    const isClosed = limit.isClosed(step.rank);
    if (isClosed && (made > 0 || faulty > 0)) return false;
    const cell = cellAt(grid, model, step, plan);
    if (model.isExcluded({ input: cell.input, textOf: (name) => columnText(name, cell, grid) })) continue;
    const files = usedFiles(cell, model);
    const faults = faultsOf(cell, files, grid, plan);
    for (const { problem, ofRow } of cell.problems) report(problem, ofRow);
    if (faults.length > 0) faultProblems(faults, grid, model, plan, report, take);
    if (isFlawed || !cell.isSound || faults.length > 0) {
      faulty += 1;
      // What is wrong with the row alone is reported by its first cell.
      const isOfRow =
        isSteady(grid, model) && (isFlawed || faults.every((fault) => !mayDiffer(fault, model)));
      if (isOfRow || faulty >= maxFaultyCells) return false;
      continue;
    }
    made += 1;
    if (cell.isDrawn && !isClosed) plan.texts.drew();
    if (isClosed) return false;

    const { job, openPath } = plannedJob(grid, model, cell, step.rep, plan);
    limit.add(job.id, step.rank);
    noteFairness(grid, model, cell.input, notes);
    if (files.length > 0) {
      for (const warning of linkWarnings(cell.input, model)) report(warning, false);
      const newFiles = files.filter((file) => notes.isNewFile(file));
      if (newFiles.length > 0) take({ type: 'files', files: newFiles });
    }
    take({ type: 'job', job, openPath, rank: step.rank });
  }
  return true;
}

function faultsOf(
  cell: GridCell,
  files: readonly MediaFile[],
  { reading }: RowGrid,
  { files: { limits } }: Expansion,
): readonly CellFault[] {
  const faults = cell.check();
  const large = oversize(cell.input, files, reading, limits.body);
  return large.length === 0 ? faults : [...faults, ...large];
}

/** Takes a problem unless it was reported before: of this row, or else in the whole plan. */
type Report = (problem: Problem, ofRow: boolean) => void;

function reportOnce(notes: PlanNotes, take: Taking): Report {
  let reported: Set<string> | null = null;
  return (problem, ofRow) => {
    const isNews = ofRow ? reported?.has(problem.message) !== true : notes.isNews(problem);
    if (ofRow) {
      reported ??= new Set();
      reported.add(problem.message);
    }
    if (isNews) take({ type: 'problem', problem });
  };
}

/** What is wrong with a row, or noteworthy about it, whichever of its cells is made. */
function rowProblems(
  grid: RowGrid,
  model: PreparedModel,
  { missing, texts }: Expansion,
  report: Report,
  take: Taking,
): void {
  const { inputs, axes } = model;
  const { columns, own, wild } = grid;
  for (const problem of missing.see(inputs, columns.given)) take({ type: 'problem', problem });
  for (const { problem } of columns.problems) report(problem, false);
  for (const name of columns.lacking) report(lackingWarning(name, inputs), false);
  for (const problem of own.problems) report(problem, true);
  for (const { problem, ofRow } of wild.problems) report(problem, ofRow);
  for (const blank of own.blanks ?? []) texts.blank(blank);
  texts.see(grid, model);
  const seeds = axes.axes.find((each) => each.isSeed && each.role === 'column' && !grid.drawnAxes.has(each));
  if (seeds !== undefined) report(seedlessWarning(seeds.source, inputs.model, seeds.values.length), false);
}

function faultProblems(
  faults: readonly CellFault[],
  grid: RowGrid,
  { inputs }: PreparedModel,
  { missing }: Expansion,
  report: Report,
  take: Taking,
): void {
  for (const fault of faults) {
    const { isHeld, released } = missing.weigh(grid, inputs, fault);
    for (const problem of released) take({ type: 'problem', problem });
    const { input: _, ...problem } = fault;
    if (!isHeld) report(problem, true);
  }
}

function hasProblems({ columns, reading, own, wild }: RowGrid): boolean {
  return columns.problems.length + reading.problems.length + own.broken.size + wild.problems.length > 0;
}

/** Every cell has the same texts from the row: what is wrong with them is wrong in all cells. */
function isSteady(grid: RowGrid, { axes }: PreparedModel): boolean {
  return grid.late.size === 0 && axes.axes.every(({ draws }) => draws.length === 0);
}

/** Whether another cell may be without this fault. */
function mayDiffer({ input }: CellFault, { axes }: PreparedModel): boolean {
  return input === null || axes.axes.some(({ name }) => name === input);
}

function cellAt(grid: RowGrid, model: PreparedModel, step: GridStep, plan: Expansion): GridCell {
  return gridCell(grid, model, step.chosen, {
    finder: plan.files,
    draw: (field, body) => plan.draw(field, { model: model.inputs.model, body, rep: step.rep }),
  });
}

function columnText(name: string, cell: GridCell, { reading }: RowGrid): string | null {
  return cell.textOf(name) ?? (name.toLowerCase() === 'id' ? reading.name : null);
}

function noteFairness(grid: RowGrid, model: PreparedModel, input: JsonObject, notes: PlanNotes): void {
  if (grid.groups.length === 0 && grid.seeds === null) return;
  if (!isExpanded(model.inputs, input)) return;
  const compared = [...grid.groups, ...(grid.seeds === null ? [] : [grid.seeds])]
    .filter(({ steps }) => steps.length > 1)
    .flatMap(({ axes }) => axes)
    .filter(({ isSeed, field, role }) => role === 'input' && (isSeed || field?.choices != null));
  const names = compared.map(({ name }) => name);
  const asked = model.axes.axes.some(({ name, values }) => name === 'expand_prompt' && values.length > 1);
  if (names.length > 0 && !asked) notes.compareUnfairly(names);
}

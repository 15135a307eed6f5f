import type { Problem } from '../../core/complaints.ts';
import { countOf, showCount } from '../../core/counts.ts';
import { namedInput } from '../../core/job/named-inputs.ts';
import { endedBadly, type StatusCounts } from '../../core/job/tally.ts';
import { canonicalJson, type JsonObject } from '../../core/json.ts';
import { columnsOf, plainText, type Terminal, type Tone, toned } from '../terminal/terminal.ts';
import { cutText } from '../terminal/text-width.ts';
import { inFlight } from '../terminal/wording.ts';
import type { PlanEstimate } from './estimate-text.ts';
import type { PlanCapacity } from './machine-text.ts';
import { type MissingFiles, missingText, sampleText } from './missing-text.ts';
import { canaryLines, capLines, type PlanCap, type PlannedCanary } from './money-text.ts';
import { axisLines, type PlanAxisView, type PlanSelectionView, selectionText } from './plan-axes-text.ts';
import { changeLines, type PlanChangeView } from './plan-change-text.ts';
import { inputLines, type NamedInputsView } from './plan-inputs-text.ts';
import { type PlanShardView, shardCapLines, shardHeadline, shardRest } from './plan-shard-text.ts';
import { type ModelShare, priceLines } from './price-text.ts';
import { groupedLines, problemsText } from './problems-text.ts';
import { type PlannedReuse, reuseLines } from './reuse-text.ts';

export interface PlanSample {
  /** The path of its first file, relative to the run folder. It ends in `.*`: the bytes determine the extension. */
  readonly file: string;
  readonly model: string;
  readonly body: JsonObject;
  /** By key of the body: what people call it, only where that is another name. */
  readonly names?: Readonly<Record<string, string>>;
}

/** A plan compared with what its folder already holds. */
export interface PlanView {
  /** The inputs as the user wrote them. */
  readonly sources: readonly string[];
  readonly dir: string;
  /** Rows read, before duplicates were joined. */
  readonly rows: number;
  /** In the order in which jobs name them. */
  readonly axes: readonly PlanAxisView[];
  /** Of models whose inputs are addresses: those that are set. Left out: there are none. */
  readonly namedInputs?: readonly NamedInputsView[];
  /** null: every job of rows and axes is in the plan. */
  readonly selection: PlanSelectionView | null;
  /** The part of the plan that this is; left out: it is all of it. */
  readonly shard?: PlanShardView;
  /** Jobs of the plan by state, new ones as `pending`. */
  readonly counts: StatusCounts;
  /** Jobs of the plan that the folder did not have. */
  readonly added: number;
  /** Added jobs that replace another one because its row was edited; `changes` holds the first of them. */
  readonly changed: number;
  readonly changes: readonly PlanChangeView[];
  /** Jobs of the folder that are no longer in the plan. */
  readonly removed: number;
  /** Rows that duplicate another row. */
  readonly joined: number;
  readonly models: readonly ModelShare[];
  /** What all submissions will likely cost and take; left out: no past jobs were asked about. */
  readonly estimate?: PlanEstimate;
  /** Left out: its models do not say what they take, or the user wants less. */
  readonly capacity?: PlanCapacity;
  /** The account balance in dollars; null: unknown. */
  readonly balanceUsd: number | null;
  readonly cap?: PlanCap | null;
  /** The prices are the simulator's and nothing is charged. Left out: they are the catalogue's. */
  readonly rehearsed?: boolean;
  /** The first jobs that would be submitted. */
  readonly samples: readonly PlanSample[];
  readonly warnings: readonly Problem[];
  /** How the input was read, where that is not obvious. */
  readonly notes: readonly Problem[];
  /** What is wrong with the rows that `--skip-invalid` skips. */
  readonly skipped: readonly Problem[];
  /** Set when the rows are favourites: their new jobs extend the plan; all other fields describe the whole plan. */
  readonly variation?: VariationView;
  /** What other folders have done: counted as done, and not in `models`. */
  readonly reuse?: PlannedReuse;
  /** What is run before rcb asks about the rest. */
  readonly canary?: PlannedCanary;
  /** It is the folder's own, as it was planned before: rows and samples are told to programs alone. */
  readonly isKept?: true;
  /** The same for the same submissions at the same API; left out: nobody asked for it. */
  readonly planId?: string;
  /** Done jobs that lack a file. `counts` has them as `succeeded`, since they are collected again. */
  readonly missing?: MissingFiles;
}

interface VariationView {
  readonly favourites: number;
  /** Jobs made from them, including those that the folder already had. */
  readonly jobs: number;
}

/** What a run would do, ending with a line break; a single line if there is nothing to do. */
export function planText(plan: PlanView, terminal: Terminal): string {
  const { counts, selection, shard } = plan;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const warnings = problemsText([...plan.warnings, ...plan.notes], terminal);
  if (counts.pending + inFlight(counts) + (plan.reuse?.jobs ?? 0) === 0) {
    const skipped = skippedLines(plan.skipped, terminal).slice(1);
    return `${warnings}${[...skipped, nothingToDo(plan, total), ...checkedLines(plan)].join('\n')}\n`;
  }
  const { joined } = plan;
  const rows = plan.isKept ? 0 : plan.rows;
  const noun = plan.variation === undefined ? 'row' : 'favourite';
  const jobs = selection?.of ?? plan.variation?.jobs ?? shard?.wholeJobs ?? total;
  const grid = axisLines(plan.axes, { rows, noun, joined, jobs }, terminal);
  const lines = [
    toned(terminal, 'bold', headline(plan, total)) + toned(terminal, 'dim', ` → ${plainText(plan.dir)}`),
    '',
    ...(grid.length === 0 ? [] : [...grid, '']),
    ...inputLines(plan.namedInputs ?? [], terminal),
    ...standLines(plan, terminal),
    ...reuseLines(plan.reuse, terminal),
    ...changeLines(plan.changes, plan.changed, terminal),
    '',
    ...priceLines(plan, terminal),
    ...capLines(plan.cap),
    ...shardCapLines(shard, plan.cap),
    ...canaryLines(plan.canary, counts.pending),
    ...sampleLines(plan, terminal),
    ...skippedLines(plan.skipped, terminal),
  ];
  return `${warnings === '' ? '' : `${warnings}\n`}${lines.join('\n')}\n`;
}

function headline({ sources, selection, variation, added, shard }: PlanView, total: number): string {
  if (variation !== undefined) {
    const chosen = selection === null ? '' : ` (${selectionText(selection)})`;
    return `${countOf(added, 'new job')} of ${countOf(variation.favourites, 'favourite')}${chosen}`;
  }
  const from = `from ${plainText(sources.join(', '))}`;
  if (shard !== undefined) return `${shardHeadline(shard, selection)} ${from}`;
  const jobs =
    selection === null
      ? countOf(total, 'job')
      : `${showCount(total)} of ${countOf(selection.of, 'job')} (${selectionText(selection)})`;
  return `${jobs} ${from}`;
}

function nothingToDo({ counts, dir, shard }: PlanView, total: number): string {
  const rest = [
    ...(endedBadly(counts) > 0 ? [`${showCount(endedBadly(counts))} did not succeed`] : []),
    ...(counts.unknown > 0
      ? [`${showCount(counts.unknown)} ${counts.unknown === 1 ? 'is' : 'are'} unclear`]
      : []),
  ];
  const folder = plainText(dir);
  if (total === 0) {
    return `Nothing to do: ${shard === undefined ? 'the plan has no jobs' : shardRest(shard)}.`;
  }
  if (rest.length === 0) {
    return `Nothing to do: ${total === 1 ? 'the only job' : `all ${countOf(total, 'job')}`} in ${folder} ${total === 1 ? 'is' : 'are'} done.`;
  }
  return `Nothing to do: ${showCount(counts.done)} of ${countOf(total, 'job')} in ${folder} are done, ${rest.join(', ')}.`;
}

function checkedLines({ missing, dir }: PlanView): readonly string[] {
  return missing?.sample === undefined ? [] : [sampleText(missing.sample, dir)];
}

const labelColumns = 12;

function lackingText({ missing }: PlanView): string {
  return missing === undefined ? '' : `${missingText(missing)}; downloaded again at no charge`;
}

function standLines(plan: PlanView, terminal: Terminal): string[] {
  const { counts, added, variation } = plan;
  const known = variation === undefined ? 0 : variation.jobs - added;
  const lacking = plan.missing?.jobs ?? 0;
  const duplicates =
    variation === undefined
      ? `of ${countOf(plan.rows, 'row')}, each generated once`
      : 'favourites, each varied once';
  const rows: readonly (readonly [string, number, Tone, string])[] = [
    ['new', added, 'cyan', ''],
    ['existing', known, 'dim', 'already planned as variations'],
    ['pending', counts.pending - added, 'cyan', 'planned earlier, not submitted yet'],
    ['in flight', inFlight(counts) - lacking, 'blue', 'already on the server; collected, not sent again'],
    ['fetch', lacking, 'yellow', lackingText(plan)],
    ['reused', plan.reuse?.jobs ?? 0, 'green', ''],
    ['done', counts.done - (plan.reuse?.jobs ?? 0), 'green', 'kept'],
    ['failed', endedBadly(counts), 'red', 'not retried'],
    ['unknown', counts.unknown, 'yellow', 'on hold; may have been billed'],
    ['removed', plan.removed, 'dim', 'no longer in the input; records and files are kept'],
    ['duplicates', plan.joined, 'dim', duplicates],
  ];
  const shown = rows.filter(([, count]) => count > 0);
  const digits = Math.max(...shown.map(([, count]) => showCount(count).length));
  return shown.map(([word, count, tone, remark]) =>
    `  ${word.padEnd(labelColumns)}${toned(terminal, tone, showCount(count).padStart(digits))}${toned(terminal, 'dim', remark && `   ${remark}`)}`.trimEnd(),
  );
}

function sampleLines({ samples, isKept }: PlanView, terminal: Terminal): string[] {
  if (samples.length === 0 || isKept) return [];
  const columns = columnsOf(terminal);
  const lines = [
    '',
    samples.length === 1 ? '  The request and its file' : '  The first requests and their files',
  ];
  for (const { file, body: input, ...named } of samples) {
    const body = namedInput({ input, ...named }).input;
    lines.push(
      cutText(`    ${plainText(canonicalJson(body))}`, columns),
      toned(terminal, 'dim', cutText(`      → ${plainText(file)}`, columns)),
    );
  }
  return lines;
}

/** Rows that are skipped, with a line for each kind of fault. */
function skippedLines(skipped: readonly Problem[], terminal: Terminal): string[] {
  if (skipped.length === 0) return [];
  const rows = new Set(skipped.map(({ place }) => (place === null ? null : `${place.file}:${place.line}`)));
  const title = toned(terminal, 'yellow', `${countOf(rows.size, 'row')} skipped`);
  return ['', `  ${title} (--skip-invalid)`, ...groupedLines(skipped, terminal).map((line) => `    ${line}`)];
}

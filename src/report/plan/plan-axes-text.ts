import { countOf, showCount } from '../../core/counts.ts';
import type { JsonValue } from '../../core/json.ts';
import { valueText } from '../terminal/json-wording.ts';
import { plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { padText, textWidth } from '../terminal/text-width.ts';

/** One axis of the grid. */
export interface PlanAxisView {
  readonly name: string;
  /** Distinct values in plan order; only the first where `count` is greater; none where they differ by row. */
  readonly values: readonly JsonValue[];
  readonly count: number;
  /** Axes that advance together with it instead of multiplying. */
  readonly linkedWith: readonly string[];
}

/** What was selected from a larger plan; `of`: the jobs of that plan. */
export interface PlanSelectionView {
  readonly of: number;
  readonly sample: number | null;
  readonly shuffle: boolean;
  readonly limit: number | null;
}

/** `--sample 100, --shuffle, --limit 20` */
export function selectionText({ sample, shuffle, limit }: PlanSelectionView): string {
  return [
    ...(sample === null ? [] : [`--sample ${sample}`]),
    ...(shuffle ? ['--shuffle'] : []),
    ...(limit === null ? [] : [`--limit ${limit}`]),
  ].join(', ');
}

/** The jobs that the grid makes, and the cells that are duplicates of another. */
interface GridSize {
  readonly rows: number;
  /** The word for a row. */
  readonly noun: string;
  readonly jobs: number;
  readonly joined: number;
}

/** How rows and axes make jobs: the multiplication on a line, and each axis with its values. */
export function axisLines(
  axes: readonly PlanAxisView[],
  size: GridSize,
  terminal: Terminal,
): readonly string[] {
  if (axes.length === 0) return [];
  const names = Math.max(...axes.map(({ name }) => textWidth(plainText(name))));
  const digits = Math.max(...axes.map(({ count }) => showCount(count).length));
  const lines = axes.map((axis) => {
    const counted = `${padText(plainText(axis.name), names)}   ${showCount(axis.count).padStart(digits)}`;
    const linked = axis.linkedWith.map(plainText).join(', ');
    const remark = linked === '' ? '' : toned(terminal, 'dim', `   linked with ${linked}`);
    return `  ${counted}   ${valuesText(axis, size.noun)}${remark}`;
  });
  return size.rows > 0 ? [`  ${product(axes, size)}`, ...lines] : lines;
}

/** `1,632 rows × 4 seed × 2 style = 13,056 jobs`, and why there are fewer, if so. */
function product(axes: readonly PlanAxisView[], { rows, noun, jobs, joined }: GridSize): string {
  const factors = factorsOf(axes);
  const cells = factors.reduce((all, { count }) => all * count, rows);
  const line = [countOf(rows, noun), ...factors.map(({ count, name }) => `${showCount(count)} ${name}`)].join(
    ' × ',
  );
  if (cells === jobs) return `${line} = ${countOf(jobs, 'job')}`;
  if (cells < jobs) return `${line}: ${countOf(jobs, 'job')}`;
  const left = showCount(cells - jobs);
  const verb = cells - jobs === 1 ? 'is' : 'are';
  const why = cells - jobs === joined ? 'duplicates' : 'duplicates, excluded or fixed by their row';
  return `${line} = ${countOf(cells, 'combination')}; ${left} ${verb} ${why} → ${countOf(jobs, 'job')}`;
}

interface Factor {
  readonly name: string;
  readonly count: number;
}

/** Linked axes are one factor: `4 style+negative_prompt`. */
function factorsOf(axes: readonly PlanAxisView[]): readonly Factor[] {
  const counted = new Set<string>();
  return axes.flatMap((axis) => {
    if (counted.has(axis.name)) return [];
    const members = axes.filter(({ name }) => name === axis.name || axis.linkedWith.includes(name));
    for (const { name } of members) counted.add(name);
    const count = Math.max(...members.map((member) => member.count));
    return [{ name: members.map(({ name }) => plainText(name)).join('+'), count }];
  });
}

const maxInFull = 8;
const firstOnes = 5;
const maxValueWidth = 40;

/** `1, 2, 3, 4` or `1, 2, 3, 4, 5, … 100` */
function valuesText({ values, count }: PlanAxisView, noun: string): string {
  if (values.length === 0) return `different for each ${noun}`;
  const say = (value: JsonValue): string => valueText(value, maxValueWidth);
  if (count <= maxInFull && values.length === count) return values.map(say).join(', ');
  const first = values.slice(0, firstOnes).map(say);
  const last = values.length === count ? ` ${say(values.at(-1) as JsonValue)}` : '';
  return `${first.join(', ')}, …${last}`;
}

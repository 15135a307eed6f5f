import type { KeyColumn } from '../filters/key-column.ts';
import type { ViewState } from '../state/app.ts';

type Axes = Pick<ViewState, 'mode' | 'x' | 'y' | 'superX' | 'superY'>;

/** More columns than this would need horizontal scrolling. */
const maxDefaultColumns = 16;
/** A grid is more useful than a wall if at least this share of its cells have a job. */
const minFill = 0.4;
/** The plan does not declare inputs as axes, so an input must clearly behave like one. */
const minFillOfInputs = 0.8;

/**
 * The axes to start with: the two keys of the plan with the most values, including prompts and models. Prompts, or
 * else the longer axis, become the rows. A third key is nested around the columns if it fits, and the next one around
 * the rows, so that few cells have several jobs. If the plan has no axes, as when the rows of a table spell out a
 * grid, inputs that are crossed with the prompts take their place. With nothing to compare, the wall is shown.
 */
export function defaultAxes(columns: readonly KeyColumn[]): Axes {
  const planned = columns.filter(({ key }) => key.kind === 'axis' || isAlwaysAnAxis(key));
  const available = planned.some(({ key, labels }) => key.kind === 'axis' && labels.length > 1)
    ? planned
    : [...planned, ...crossedInputs(columns)];
  const varying = available
    .filter(({ labels }) => labels.length > 1)
    .sort((a, b) => b.labels.length - a.labels.length);
  const [longest, second, third, fourth] = prompts(varying) ?? varying;
  if (longest === undefined) return { mode: 'wall', x: null, y: null, superX: null, superY: null };
  if (second === undefined || fill(longest, second) < minFill) {
    const isDown = longest.key.isPrompt || longest.labels.length > maxDefaultColumns;
    return {
      mode: 'wall',
      x: isDown ? null : longest.key.id,
      y: isDown ? longest.key.id : null,
      superX: null,
      superY: null,
    };
  }
  const isNarrow = third !== undefined && second.labels.length * third.labels.length <= maxDefaultColumns;
  const above = isNarrow ? fourth : third;
  const isLow = above !== undefined && above.labels.length <= maxDefaultColumns;
  return {
    mode: 'grid',
    x: second.key.id,
    y: longest.key.id,
    superX: isNarrow ? third.key.id : null,
    superY: isLow ? above.key.id : null,
  };
}

/** Prompts are easiest to read as rows, if the other axis fits across the page. */
function prompts([first, second, ...rest]: readonly KeyColumn[]): readonly KeyColumn[] | null {
  if (first === undefined || second?.key.isPrompt !== true || first.labels.length > maxDefaultColumns)
    return null;
  return [second, first, ...rest];
}

function crossedInputs(columns: readonly KeyColumn[]): readonly KeyColumn[] {
  const prompt = columns.find(({ key }) => key.isPrompt);
  if (prompt === undefined) return [];
  return columns.filter(
    (column) =>
      column.key.kind === 'input' &&
      column !== prompt &&
      column.labels.length <= maxDefaultColumns &&
      fill(prompt, column) >= minFillOfInputs,
  );
}

function isAlwaysAnAxis({ id, isPrompt }: KeyColumn['key']): boolean {
  return isPrompt || id === 'model';
}

function fill(a: KeyColumn, b: KeyColumn): number {
  const cells = new Set<number>();
  for (let job = 0; job < a.codes.length; job += 1) {
    cells.add((a.codes[job] as number) * b.labels.length + (b.codes[job] as number));
  }
  return cells.size / (a.labels.length * b.labels.length);
}

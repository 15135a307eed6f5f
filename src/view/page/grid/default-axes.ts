import type { KeyColumn } from '../filters/key-column.ts';
import type { ViewState } from '../state/app.ts';

type Axes = Pick<ViewState, 'mode' | 'x' | 'y' | 'superX' | 'superY'>;

/** More columns than this would be read by scrolling sideways only. */
const maxDefaultColumns = 16;
/** Of the cells of a table, at least this share has to hold a job for the table to say more than a wall. */
const leastFill = 0.4;
/** Nobody said that an input is an axis: it has to look like one beyond doubt. */
const leastFillOfInputs = 0.8;

/**
 * What to look at first: the two keys of the plan that have most values, prompts and models counted among them,
 * prompts or else the longer one down the page; a third one above the columns where it fits, the next one beside the
 * rows, so that few cells hold several jobs. Where the plan has no axes, as
 * that of a table whose rows spell a grid out, inputs that are crossed with the prompts stand in for them. A wall
 * where there is nothing to compare.
 */
export function defaultAxes(columns: readonly KeyColumn[]): Axes {
  const planned = columns.filter(({ key }) => key.kind === 'axis' || isAlwaysAnAxis(key.id));
  const asked = planned.some(({ key, labels }) => key.kind === 'axis' && labels.length > 1)
    ? planned
    : [...planned, ...crossedInputs(columns)];
  const varying = asked
    .filter(({ labels }) => labels.length > 1)
    .sort((a, b) => b.labels.length - a.labels.length);
  const [longest, second, third, fourth] = prompts(varying) ?? varying;
  if (longest === undefined) return { mode: 'wall', x: null, y: null, superX: null, superY: null };
  if (second === undefined || fill(longest, second) < leastFill) {
    const isDown = longest.key.id === 'prompt' || longest.labels.length > maxDefaultColumns;
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

/** Prompts are read best down the page, beside whatever fits across it. */
function prompts([first, second, ...rest]: readonly KeyColumn[]): readonly KeyColumn[] | null {
  if (first === undefined || second?.key.id !== 'prompt' || first.labels.length > maxDefaultColumns)
    return null;
  return [second, first, ...rest];
}

function crossedInputs(columns: readonly KeyColumn[]): readonly KeyColumn[] {
  const prompt = columns.find(({ key }) => key.id === 'prompt');
  if (prompt === undefined) return [];
  return columns.filter(
    (column) =>
      column.key.kind === 'input' &&
      column !== prompt &&
      column.labels.length <= maxDefaultColumns &&
      fill(prompt, column) >= leastFillOfInputs,
  );
}

function isAlwaysAnAxis(id: string): boolean {
  return id === 'prompt' || id === 'model';
}

function fill(a: KeyColumn, b: KeyColumn): number {
  const cells = new Set<number>();
  for (let job = 0; job < a.codes.length; job += 1) {
    cells.add((a.codes[job] as number) * b.labels.length + (b.codes[job] as number));
  }
  return cells.size / (a.labels.length * b.labels.length);
}

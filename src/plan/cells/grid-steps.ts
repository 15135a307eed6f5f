import type { SentBody } from '../../core/row.ts';
import type { PlanOrder } from '../../core/sweep.ts';
import type { AxisGroup } from '../axes/model-axis.ts';
import type { RowGrid } from '../rows/row-grid.ts';

/** A group of axes and which of its steps it stands at. */
export interface Chosen {
  readonly group: AxisGroup;
  readonly step: number;
}

/** Where one cell of a grid stands. */
export interface GridStep {
  readonly chosen: readonly Chosen[];
  /** Which repetition it is, from 1. */
  readonly rep: number;
  /** Among all jobs of the plan: those of a lower rank come first, whatever their row. */
  readonly rank: number;
}

const onlyStep: readonly GridStep[] = [{ chosen: [], rep: 1, rank: 0 }];

/** The number of cells that a row's grid has, and each of them in the order of their ranks. */
export function gridSteps(
  grid: RowGrid,
  groupsOfModel: readonly AxisGroup[],
  { order, repeat }: { readonly order: PlanOrder; readonly repeat: number },
): { readonly count: number; readonly steps: Iterable<GridStep> } {
  const { groups, seeds, seedReps } = grid;
  const firstRep = firstRepetition(grid.reading.row?.sent ?? null, seedReps);
  if (groups.length === 0 && seeds === null && seedReps * repeat === 1)
    return { count: 1, steps: firstRep === 1 ? onlyStep : [{ chosen: [], rep: firstRep, rank: 0 }] };
  const isBreadth = order === 'breadth';
  const seedCount = groupsOfModel.find(({ axes }) => axes.some(({ isSeed }) => isSeed))?.steps.length ?? 1;
  const seedSteps = Math.max(1, seeds?.steps.length ?? seedReps);
  const counts = groups.map(({ steps }) => Math.max(1, steps.length));
  const all = isBreadth ? [repeat, seedSteps, ...counts] : [...counts, seedSteps, repeat];

  function stepAt(digits: readonly number[]): GridStep {
    const [nthRepeat, seed] = (isBreadth ? digits.slice(0, 2) : digits.slice(-2).reverse()) as [
      number,
      number,
    ];
    const others = isBreadth ? digits.slice(2) : digits.slice(0, -2);
    const chosen: Chosen[] = groups.map((group, at) => ({
      group,
      step: group.steps[others[at] as number] ?? 0,
    }));
    if (seeds !== null) chosen.push({ group: seeds, step: seeds.steps[seed] ?? 0 });
    return {
      chosen,
      rep: firstRep + nthRepeat * seedReps + (seeds === null ? seed : 0),
      rank: isBreadth ? nthRepeat * seedCount + seed : 0,
    };
  }
  function* steps(): Generator<GridStep> {
    for (const digits of digitsOf(all)) yield stepAt(digits);
  }
  return { count: all.reduce((product, count) => product * count, 1), steps: steps() };
}

function firstRepetition(sent: SentBody | null, seedReps: number): number {
  if (sent === null) return 1;
  // Repetitions in place of new seeds are new as well.
  if (seedReps > 1) return sent.rep + 1;
  return sent.again === undefined ? 1 : sent.rep;
}

/** Every cell of a grid as one digit for each dimension, the last one varying first. The same array each time. */
function* digitsOf(counts: readonly number[]): Generator<readonly number[]> {
  if (counts.some((count) => count === 0)) return;
  const digits = counts.map(() => 0);
  for (;;) {
    yield digits;
    let at = digits.length - 1;
    while (at >= 0 && (digits[at] as number) + 1 === counts[at]) {
      digits[at] = 0;
      at -= 1;
    }
    if (at < 0) return;
    digits[at] = (digits[at] as number) + 1;
  }
}

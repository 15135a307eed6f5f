import { folded } from '../../../core/folded-text.ts';
import type { PageJob } from '../../page-data.ts';
import { type JobFilter, passing, searchedTexts } from '../filters/filters.ts';
import type { KeyColumn } from '../filters/key-column.ts';
import { type Axes, type CrossTable, crossings, crossTable, type Line } from '../grid/cross-table.ts';
import { type WallGroup, wallGroups } from '../wall/wall-order.ts';
import type { Direction, Picks, ViewState } from './app.ts';
import { memo, memoByText } from './memo.ts';

/** Which jobs the view shows, and how it arranges them. Jobs are named by their index in the plan's order. */
export interface ShownJobs {
  /** The jobs that match the search and the filters. */
  passed(): readonly number[];
  /** The jobs that would match if nothing of this key were hidden. */
  passedBut(key: string): readonly number[];
  axes(): Axes;
  table(): CrossTable;
  /** Whether the plan has a job where two lines cross, shown or not. */
  isPlanned(row: Line, column: Line): boolean;
  wall(): readonly WallGroup[];
  shown(): readonly PageJob[];
  neighbour(index: number, direction: Direction): PageJob | null;
  jobsInCell(index: number): readonly PageJob[];
}

/** `prompt`: the key that is shown as it. Every part is computed when it is asked for, and again only when the view or the stars have changed it. */
export function shownJobs(
  jobs: readonly PageJob[],
  columnOf: (key: string) => KeyColumn | null,
  prompt: string | null,
  picks: Picks,
  view: () => ViewState,
): ShownJobs {
  const filter = jobFilter(jobs, columnOf, picks);
  const jobAt = (index: number): PageJob => jobs[index] as PageJob;
  const column = (key: string | null): KeyColumn | null => (key === null ? null : columnOf(key));
  let starChanges = 0;
  picks.onChange(() => {
    starChanges += 1;
  });

  const passed = memo(
    () => [view().hidden, view().search, view().starredOnly, view().starredOnly ? starChanges : 0],
    () => passing(filter, view()),
  );
  const axes = memo(
    () => [view().x, view().y, view().superX, view().superY],
    (): Axes => {
      const { x, y, superX, superY } = view();
      return { x: column(x), y: column(y), superX: column(superX), superY: column(superY) };
    },
  );
  const table = memo(
    () => [passed(), axes()],
    () => crossTable(passed(), axes()),
  );
  const planned = memo(
    () => [axes()],
    () => crossings(jobs.keys(), axes()),
  );
  const wallOrder = (): ViewState['wallOrder'] => (view().mode === 'report' ? 'plan' : view().wallOrder);
  const wall = memo(
    () => [passed(), wallOrder()],
    () => wallGroups(passed(), jobs, wallOrder(), column(prompt)),
  );
  const order = memo(
    () => [view().mode === 'grid' ? table() : wall()],
    () => (view().mode === 'grid' ? table().inOrder() : wall().flatMap((group) => group.jobs)),
  );
  const ranks = memo(
    () => [order()],
    () => new Map(order().map((index, rank) => [index, rank])),
  );
  const shown = memo(
    () => [order()],
    () => order().map(jobAt),
  );

  return {
    ...{ passed, axes, table, wall, shown },
    passedBut: (key) => passing(filter, { ...view(), hidden: { ...view().hidden, [key]: [] } }),
    isPlanned: (row, across) => planned()(row, across),
    neighbour(index, direction) {
      if (view().mode === 'grid') {
        const from = table().positionOf(index);
        const to = from === null ? null : table().neighbour(from, direction);
        const [first] = to === null ? [] : table().at(to.row, to.column);
        return first === undefined ? null : jobAt(first);
      }
      const rank = ranks().get(index);
      if (rank === undefined || direction === 'up' || direction === 'down') return null;
      return shown()[rank + (direction === 'left' ? -1 : 1)] ?? null;
    },
    jobsInCell(index) {
      const cell = view().mode === 'grid' ? table().positionOf(index) : null;
      if (cell !== null) return table().at(cell.row, cell.column).map(jobAt);
      return index in jobs ? [jobAt(index)] : [];
    },
  };
}

/** Folds the text of a job when it is first searched, since most visits search nothing. */
function jobFilter(jobs: readonly PageJob[], columnOf: JobFilter['columnOf'], picks: Picks): JobFilter {
  const fold = memoByText(folded);
  const texts: string[] = [];
  return {
    jobs,
    columnOf,
    isStarred: (job) => picks.of(job).isStarred,
    textAt(index) {
      texts[index] ??= searchedTexts(jobs[index] as PageJob)
        .map(fold)
        .join('\n');
      return texts[index];
    },
  };
}

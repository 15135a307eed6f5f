import type { PageHead, PageJob } from '../../page-data.ts';
import { folded, type Judged, passing, searchedTexts } from '../filters/filters.ts';
import { type KeyColumn, keyColumn } from '../filters/key-column.ts';
import { type Key, keysOf } from '../filters/keys.ts';
import { type Axes, type CrossTable, crossings, crossTable, type Line } from '../grid/cross-table.ts';
import { type WallGroup, wallGroups } from '../wall/wall-order.ts';
import type { App, Picks, ViewState } from './app.ts';
import { defaultView } from './default-view.ts';
import { memo, memoByText } from './memo.ts';
import { hashOf, type Known, viewOf } from './view-state.ts';

/** The app as the page's own parts see it. Jobs are named by their places in the plan, which are numbers. */
export interface Page extends App {
  readonly keys: readonly Key[];
  readonly known: Known;
  readonly defaults: ViewState;
  columnOf(key: string): KeyColumn | null;
  /** -1: no such job. */
  placeOf(id: string): number;
  passed(): readonly number[];
  /** What would pass if this key hid nothing. */
  passedBut(key: string): readonly number[];
  axes(): Axes;
  table(): CrossTable;
  /** Whether the plan has a job where two lines cross, be it shown or not. */
  isPlanned(row: Line, column: Line): boolean;
  wall(): readonly WallGroup[];
}

/** Where the view is kept: the URL's hash. */
export interface Address {
  read(): string;
  write(hash: string, how: 'push' | 'replace'): void;
  onChange(listener: () => void): void;
}

export function pageStore(
  head: PageHead,
  jobs: readonly PageJob[],
  picks: Picks,
  address: Address,
  windowWidth: number,
): Page {
  const keys = keysOf(head, jobs);
  const byId = new Map(keys.map((key) => [key.id, key]));
  const columns = new Map<string, KeyColumn>();
  const places = new Map(jobs.map(({ job }, place) => [job, place]));
  const listeners: (() => void)[] = [];
  const fold = memoByText(folded);
  const texts: string[] = [];
  let picked = 0;

  function columnOf(id: string): KeyColumn | null {
    const key = byId.get(id);
    if (key === undefined) return null;
    const column = columns.get(id) ?? keyColumn(key, jobs);
    columns.set(id, column);
    return column;
  }
  const known: Known = {
    labelsOf: (key) => columnOf(key)?.labels ?? null,
    isJob: (id) => places.has(id),
  };
  const candidates = keys.flatMap(({ id, kind }) =>
    kind === 'axis' || kind === 'input' || id === 'model' ? (columnOf(id) ?? []) : [],
  );
  const defaults = defaultView(candidates, windowWidth);
  let view = viewOf(address.read(), defaults, known);

  const judged: Judged = {
    jobs,
    columnOf,
    isStarred: (job) => picks.of(job).isStarred,
    textOf(job) {
      const place = places.get(job.job) as number;
      texts[place] ??= searchedTexts(job).map(fold).join('\n');
      return texts[place];
    },
  };
  const column = (key: string | null): KeyColumn | null => (key === null ? null : columnOf(key));
  const passed = memo(
    () => [view.hidden, view.search, view.starredOnly, view.starredOnly ? picked : 0],
    () => passing(judged, view),
  );
  const axes = memo(
    () => [view.x, view.y, view.superX, view.superY],
    (): Axes => ({
      x: column(view.x),
      y: column(view.y),
      superX: column(view.superX),
      superY: column(view.superY),
    }),
  );
  const table = memo(
    () => [passed(), axes()],
    () => crossTable(passed(), axes()),
  );
  const planned = memo(
    () => [axes()],
    () => crossings(jobs.keys(), axes()),
  );
  const wall = memo(
    () => [passed(), view.mode === 'report' ? 'plan' : view.wallOrder],
    () => wallGroups(passed(), jobs, view.mode === 'report' ? 'plan' : view.wallOrder, columnOf('prompt')),
  );
  const order = memo(
    () => [view.mode === 'grid' ? table() : wall()],
    () => (view.mode === 'grid' ? table().inOrder() : wall().flatMap((group) => group.jobs)),
  );
  const shown = memo(
    () => [order()],
    () => order().map((place) => jobs[place] as PageJob),
  );
  const ranks = memo(
    () => [order()],
    () => new Map(order().map((place, rank) => [place, rank])),
  );
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  address.onChange(() => {
    view = viewOf(address.read(), defaults, known);
    tell();
  });
  picks.onChange(() => {
    picked += 1;
    if (view.starredOnly) tell();
  });

  return {
    head,
    jobs,
    picks,
    keys,
    known,
    defaults,
    columnOf,
    passed,
    axes,
    table,
    wall,
    shown,
    view: () => view,
    placeOf: (id) => places.get(id) ?? -1,
    jobOf: (id) => jobs[places.get(id) ?? -1] ?? null,
    passedBut: (key) => passing(judged, { ...view, hidden: { ...view.hidden, [key]: [] } }),
    isPlanned: (row, column) => planned()(row, column),
    go(change, how) {
      view = { ...view, ...change };
      address.write(hashOf(view, defaults, known), how);
      tell();
    },
    onChange: (listener) => listeners.push(listener),
    beside(job, direction) {
      const place = places.get(job) ?? -1;
      if (view.mode === 'grid') {
        const from = table().placeOf(place);
        const to = from === null ? null : table().beside(from, direction);
        const [first] = to === null ? [] : table().at(to.row, to.column);
        return first === undefined ? null : (jobs[first] as PageJob);
      }
      const rank = ranks().get(place);
      if (rank === undefined || direction === 'up' || direction === 'down') return null;
      return shown()[rank + (direction === 'left' ? -1 : 1)] ?? null;
    },
    cellmates(job) {
      const place = places.get(job) ?? -1;
      const cell = view.mode === 'grid' ? table().placeOf(place) : null;
      if (cell !== null)
        return table()
          .at(cell.row, cell.column)
          .map((each) => jobs[each] as PageJob);
      const own = jobs[place];
      return own === undefined ? [] : [own];
    },
  };
}

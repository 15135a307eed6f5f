import type { PageHead, PageJob } from '../../page-data.ts';
import { type KeyColumn, keyColumn } from '../filters/key-column.ts';
import { type Key, keysOf } from '../filters/keys.ts';
import type { App, Picks, ViewState } from './app.ts';
import { defaultView, pairView } from './default-view.ts';
import { type ShownJobs, shownJobs } from './shown-jobs.ts';
import { hashOf, type Known, viewOf } from './view-state.ts';

/** The app as the page's own parts see it. They name jobs by index: the position in the plan's order. */
export interface Page
  extends App,
    Pick<ShownJobs, 'axes' | 'isPlanned' | 'passed' | 'passedBut' | 'table' | 'wall'> {
  readonly keys: readonly Key[];
  readonly known: Known;
  readonly defaults: ViewState;
  columnOf(key: string): KeyColumn | null;
  /** -1: no such job. */
  indexOf(id: string): number;
}

/** Where the view is kept: the URL's hash. */
export interface Address {
  read(): string;
  write(hash: string, how: 'push' | 'replace'): void;
  /** `isLink`: somebody has entered another address, rather than gone back or forth. */
  onChange(listener: (isLink?: boolean) => void): void;
}

export function pageStore(
  head: PageHead,
  jobs: readonly PageJob[],
  picks: Picks,
  address: Address,
  windowWidth: number,
): Page {
  const keys = keysOf(head, jobs);
  const columnOf = columnsOf(keys, jobs);
  const indexes = new Map(jobs.map(({ job }, index) => [job, index]));
  const indexOf = (id: string): number => indexes.get(id) ?? -1;
  const known: Known = {
    labelsOf: (key) => columnOf(key)?.labels ?? null,
    isJob: (id) => indexes.has(id),
  };
  const candidates = keys.flatMap(({ id, kind }) =>
    kind === 'axis' || kind === 'input' || id === 'model' ? (columnOf(id) ?? []) : [],
  );
  const usual = defaultView(candidates, windowWidth);
  const defaults = head.compared === undefined ? usual : pairView(usual, head.compared.length, windowWidth);
  let view = viewOf(address.read(), defaults, known);
  const prompt = keys.find(({ isPrompt }) => isPrompt)?.id ?? null;
  const arranged = shownJobs(jobs, columnOf, prompt, picks, () => view);

  const listeners: (() => void)[] = [];
  const announceChange = (): void => {
    for (const listener of listeners) listener();
  };
  address.onChange(() => {
    view = viewOf(address.read(), defaults, known);
    announceChange();
  });
  picks.onChange(() => {
    if (view.starredOnly) announceChange();
  });

  const { axes, table, passed, passedBut, isPlanned, wall, shown } = arranged;
  return {
    ...{ head, jobs, picks, keys, known, defaults, columnOf, indexOf },
    ...{ axes, table, passed, passedBut, isPlanned, wall, shown },
    view: () => view,
    jobOf: (id) => jobs[indexOf(id)] ?? null,
    go(change, how) {
      view = { ...view, ...change };
      address.write(hashOf(view, defaults, known), how);
      announceChange();
    },
    onChange: (listener) => listeners.push(listener),
    neighbour: (id, direction) => arranged.neighbour(indexOf(id), direction),
    jobsInCell: (id) => arranged.jobsInCell(indexOf(id)),
  };
}

/** The values of each key, read from the jobs when a key is first asked for. */
function columnsOf(keys: readonly Key[], jobs: readonly PageJob[]): (id: string) => KeyColumn | null {
  const byId = new Map(keys.map((key) => [key.id, key]));
  const columns = new Map<string, KeyColumn>();
  return (id) => {
    const key = byId.get(id);
    if (key === undefined) return null;
    const column = columns.get(id) ?? keyColumn(key, jobs);
    columns.set(id, column);
    return column;
  };
}

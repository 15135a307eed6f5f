// A page of its own around the lightbox, the comparison, the picks and the report: a plain grid in place of the viewer's.
import './box-tokens.css';
import type { App, Direction, ViewState } from '../../src/view/page/app.ts';
import { asideButton } from '../../src/view/page/aside-button.ts';
import { comparison } from '../../src/view/page/comparison.ts';
import { button, element } from '../../src/view/page/dom.ts';
import { smallPicture } from '../../src/view/page/job-thumb.ts';
import { lightbox } from '../../src/view/page/lightbox.ts';
import { picks } from '../../src/view/page/picks.ts';
import { picksExport } from '../../src/view/page/picks-export.ts';
import { reportPanel } from '../../src/view/page/report-panel.ts';
import { starButton } from '../../src/view/page/star-button.ts';
import type { PageHead, PageJob } from '../../src/view/page-data.ts';

const start: ViewState = {
  mode: 'grid',
  x: 'x',
  y: 'y',
  superX: null,
  superY: null,
  hidden: {},
  search: '',
  starredOnly: false,
  wallOrder: 'plan',
  cellWidth: 120,
  open: null,
  file: 0,
  compared: [],
  isComparing: false,
};

function blockOf<T>(id: string): T {
  return JSON.parse(document.getElementById(id)?.textContent ?? '') as T;
}

function box(head: PageHead, jobs: readonly PageJob[]): App {
  const byId = new Map(jobs.map((job) => [job.job, job]));
  const listeners: (() => void)[] = [];
  let view = read();

  function read(): ViewState {
    const hash = decodeURIComponent(location.hash.slice(1));
    return hash === '' ? start : { ...start, ...(JSON.parse(hash) as Partial<ViewState>) };
  }
  function tell(): void {
    for (const listener of listeners) listener();
  }
  addEventListener('popstate', () => {
    view = read();
    tell();
  });

  /** Jobs that are planned stand in the cell of their `x` and `y`. */
  const cell = (x: unknown, y: unknown): PageJob[] =>
    jobs.filter((job) => job.isPlanned && job.axes.x === x && job.axes.y === y);
  const steps: Record<Direction, readonly [number, number]> = {
    left: [-1, 0],
    right: [1, 0],
    up: [0, -1],
    down: [0, 1],
  };

  return {
    head,
    jobs,
    picks: picks(head.folderKey, window.localStorage),
    jobOf: (id) => byId.get(id) ?? null,
    view: () => view,
    go(change, how) {
      view = { ...view, ...change };
      const url = `#${encodeURIComponent(JSON.stringify(view))}`;
      if (how === 'push') history.pushState(null, '', url);
      else history.replaceState(null, '', url);
      tell();
    },
    onChange: (listener) => listeners.push(listener),
    shown: () => jobs,
    beside(id, direction) {
      const { x, y } = byId.get(id)?.axes ?? {};
      const [dx, dy] = steps[direction];
      return cell(Number(x) + dx, Number(y) + dy)[0] ?? null;
    },
    cellmates(id) {
      const { x, y } = byId.get(id)?.axes ?? {};
      return cell(x, y);
    },
  };
}

const app = box(blockOf<PageHead>('head'), blockOf<PageJob[]>('jobs'));
const grid = element('main', { style: 'display: flex; flex-wrap: wrap; gap: 8px; padding: 16px' });
for (const job of app.jobs) {
  const open = button(
    `Open ${job.job}`,
    () => app.go({ open: job.job, file: 0 }, 'push'),
    { style: 'width: 96px; height: 96px; overflow: hidden; padding: 0' },
    smallPicture(job),
  );
  grid.append(element('div', {}, open, starButton(app, job.job), asideButton(app, job.job)));
}
const report = app.view().mode === 'report' ? reportPanel(app) : grid;
document.getElementById('app')?.append(picksExport(app), report, lightbox(app), comparison(app));

import './lightbox.css';
import { toggleCompared } from '../comparison/compared-jobs.ts';
import { comparePair } from '../comparison/pairs.ts';
import { spokenJob, titleOf } from '../job/job-words.ts';
import { type MediaViewer, mediaViewer } from '../media/media-viewer.ts';
import { toggleStar } from '../picks/star-button.ts';
import type { App, Direction } from '../state/app.ts';
import { button, element } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';
import { announce, notify } from '../widgets/notices.ts';
import { jobPanel } from './job-panel.ts';
import { type LightboxBar, lightboxBar } from './lightbox-bar.ts';
import { type LightboxActions, onLightboxKey } from './lightbox-keys.ts';
import { nextFile, preload, type ShownFile } from './neighbours.ts';
import { onSwipe } from './swiping.ts';

const directions = ['left', 'right', 'up', 'down'] as const satisfies readonly Direction[];
const opposite = { left: 'right', right: 'left', up: 'down', down: 'up' } as const;
const zoomStep = 1.4;

/** Shows one result, large, with everything known about it, as `open` and `file` of the view say. */
export function lightbox(app: App): HTMLElement {
  let shown: ShownFile | null = null;
  const viewer = mediaViewer(app, (zoom) =>
    zoom.onChange(() => parts.bar.showMagnification(viewer.magnification())),
  );
  const actions: LightboxActions = {
    ...zoomActions(viewer),
    close: () => dialog.close(),
    step(direction) {
      const job = shown === null ? null : app.neighbour(shown.job.job, direction);
      if (job === null) notify(dialog, 'No more results in this direction.');
      else go({ job, file: 0 });
    },
    stepFile(step) {
      const next = shown === null ? null : nextFile(shown, app.jobsInCell(shown.job.job), step);
      if (next === null) notify(dialog, step === 1 ? 'This is the last file.' : 'This is the first file.');
      else go(next);
    },
    star() {
      if (shown !== null) toggleStar(app, shown.job.job, dialog);
    },
    compare() {
      if (shown !== null) toggleCompared(app, shown.job.job, dialog);
    },
    comparePair() {
      if (shown !== null) comparePair(app, shown.job.job, dialog);
    },
    toggleDetails: () => parts.bar.showDetails(dialog.toggleAttribute('data-details')),
  };
  const parts = lightboxParts(viewer, actions);
  const { dialog } = parts;

  function go({ job, file }: ShownFile): void {
    app.go({ open: job.job, file }, 'replace');
  }

  function follow(): void {
    const { open, file } = app.view();
    const job = open === null ? null : app.jobOf(open);
    if (job === null) {
      if (dialog.open) dialog.close();
      return;
    }
    if (!dialog.isConnected || (shown?.job === job && shown.file === file)) return;
    if (!dialog.open) {
      dialog.showModal();
      dialog.focus();
    }
    shown = { job, file };
    show(app, parts, shown);
  }

  dialog.addEventListener('keydown', (event) => onLightboxKey(event, actions));
  dialog.addEventListener('close', () => {
    shown = null;
    viewer.clear();
    parts.panel.replaceChildren();
    if (app.view().open !== null) app.go({ open: null, file: 0 }, 'push');
  });
  onSwipe(
    viewer.root,
    () => (viewer.zoom()?.transform().scale ?? 1) === 1,
    (towards) => actions.step(opposite[towards]),
  );
  app.onChange(follow);
  // The dialog is in the document only after this function has returned.
  queueMicrotask(follow);
  return dialog;
}

interface LightboxParts {
  readonly dialog: HTMLDialogElement;
  readonly viewer: MediaViewer;
  readonly bar: LightboxBar;
  /** In the order of `directions`. */
  readonly arrows: readonly HTMLElement[];
  readonly panel: HTMLElement;
}

function lightboxParts(viewer: MediaViewer, actions: LightboxActions): LightboxParts {
  const bar = lightboxBar(actions);
  const arrows = directions.map((direction) =>
    button(
      `${direction} (arrow key)`,
      () => actions.step(direction),
      { class: `lightbox-arrow is-${direction}`, tabindex: '-1' },
      icon(direction),
    ),
  );
  const panel = element('div', { class: 'lightbox-panel' });
  const dialog = element(
    'dialog',
    { class: 'lightbox whole-window', tabindex: '-1', autofocus: true, 'data-details': true },
    bar.root,
    element('div', { class: 'lightbox-view' }, viewer.root, ...arrows),
    panel,
  );
  bar.showDetails(true);
  return { dialog, viewer, bar, arrows, panel };
}

function zoomActions(
  viewer: MediaViewer,
): Pick<LightboxActions, 'zoomIn' | 'zoomOut' | 'fit' | 'actualSize'> {
  return {
    zoomIn: () => viewer.zoom()?.by(zoomStep),
    zoomOut: () => viewer.zoom()?.by(1 / zoomStep),
    fit: () => viewer.zoom()?.to(1),
    actualSize: () => viewer.zoom()?.toActual(),
  };
}

function show(app: App, { dialog, viewer, bar, arrows, panel }: LightboxParts, shown: ShownFile): void {
  const { job, file } = shown;
  const inCell = app.jobsInCell(job.job);
  const neighbours = directions.map((direction) => app.neighbour(job.job, direction));
  const [previous, next] = [nextFile(shown, inCell, -1), nextFile(shown, inCell, 1)];
  const jobs = app.shown();
  viewer.show(job, file);
  bar.show({
    at: jobs.indexOf(job) + 1,
    of: jobs.length,
    file: file + 1,
    files: job.outputs.length,
    hasPrevious: previous !== null,
    hasNext: next !== null,
  });
  bar.showMagnification(viewer.magnification());
  arrows.forEach((arrow, index) => {
    arrow.hidden = neighbours[index] === null;
  });
  dialog.setAttribute('aria-label', titleOf(job));
  panel.replaceChildren(jobPanel(app, job, file));
  panel.scrollTop = 0;
  // The focus may have been on a button of the panel that was just replaced.
  if (!dialog.contains(document.activeElement)) dialog.focus();
  announce(dialog, spokenJob(job));
  preload([...neighbours, previous?.job ?? null, next?.job ?? null]);
}

import { promptName } from '../../../core/job/named-inputs.ts';
import './compare-dialog.css';
import type { PageJob } from '../../page-data.ts';
import { titleOf, valueText } from '../job/job-words.ts';
import { type MediaViewer, mediaViewer } from '../media/media-viewer.ts';
import type { ZoomTransform } from '../media/zooming.ts';
import { starButton } from '../picks/star-button.ts';
import type { App } from '../state/app.ts';
import { button, element } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';
import { removeButton } from './compare-button.ts';
import { comparedJobs } from './compared-jobs.ts';
import { differencesTable } from './differences-table.ts';
import { playInStep } from './in-step.ts';
import { pairSteps } from './pair-steps.ts';
import { isPair } from './pairs.ts';
import { whatDiffers } from './what-differs.ts';
import { wipeSlider } from './wipe-slider.ts';

type Layout = 'side by side' | 'slider';
const letters = ['A', 'B', 'C', 'D'] as const;

/** Shows two to four jobs together, as `isComparing` and `compared` of the view say. */
export function compareDialog(app: App): HTMLElement {
  let layout: Layout = app.head.compared === undefined ? 'side by side' : 'slider';
  let shown: readonly PageJob[] = [];
  const layouts = element('div', { class: 'compare-layouts', role: 'group', 'aria-label': 'Layout' });
  const pictures = element('div', { class: 'compare-pictures' });
  playInStep(pictures);
  const steps = pairSteps(app, () => shown);
  const table = element('div', { class: 'compare-table' });
  const dialog = element(
    'dialog',
    { class: 'compare whole-window', tabindex: '-1', autofocus: true, 'aria-label': 'Comparison' },
    element(
      'header',
      {},
      button('Close (Esc)', () => dialog.close(), { class: 'compare-close' }, icon('close')),
      layouts,
      steps?.root ?? null,
    ),
    pictures,
    table,
  );

  function choose(chosen: Layout): void {
    layout = chosen;
    show();
  }

  function show(): void {
    steps?.show();
    const isPair = shown.length === 2;
    const now = isPair ? layout : 'side by side';
    layouts.replaceChildren(
      ...(isPair ? (['side by side', 'slider'] as const) : []).map((each) =>
        button(each, () => choose(each), { 'aria-pressed': String(each === now) }),
      ),
    );
    pictures.className = `compare-pictures ${now === 'slider' ? 'is-wipe' : `is-${shown.length}`}`;
    const viewers = linkedViewers(app, shown.length);
    const labels = shown.map((job, index) => caption(app, job, index, shown));
    const [first, second] = viewers;
    if (now === 'slider' && first !== undefined && second !== undefined) {
      pictures.replaceChildren(
        wipeSlider(second.root, first.root),
        element('div', { class: 'compare-captions' }, ...labels),
      );
    } else {
      pictures.replaceChildren(
        ...viewers.map((viewer, index) => element('figure', {}, viewer.root, labels[index] ?? null)),
      );
    }
    viewers.forEach((viewer, index) => {
      const job = shown[index];
      if (job !== undefined) viewer.show(job, 0);
    });
    table.replaceChildren(
      differencesTable(
        shown,
        shown.map((_, index) => letters[index] ?? ''),
        app.head.parcel?.hasCosts !== false,
      ),
    );
  }

  function follow(): void {
    const { isComparing } = app.view();
    const jobs = isComparing ? comparedJobs(app) : [];
    if (jobs.length < 2) {
      if (dialog.open) dialog.close();
      return;
    }
    if (!dialog.isConnected) return;
    if (dialog.open && jobs.length === shown.length && jobs.every((job, index) => job === shown[index]))
      return;
    if (!dialog.open) {
      dialog.showModal();
      dialog.focus();
    }
    shown = jobs;
    show();
    // The focus may have been on the slider that was just replaced.
    if (!dialog.contains(document.activeElement)) dialog.focus();
  }

  dialog.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (!event.ctrlKey && !event.metaKey && !event.altKey) steps?.onKey(event.key);
  });
  dialog.addEventListener('close', () => {
    // What was opened as a pair was not chosen for comparison one by one.
    const chosen = isPair(shown) ? { compared: [] } : {};
    shown = [];
    pictures.replaceChildren();
    if (app.view().isComparing) app.go({ isComparing: false, ...chosen }, 'push');
  });
  app.onChange(follow);
  // The dialog is in the document only after this function has returned.
  queueMicrotask(follow);
  return dialog;
}

/** Viewers that zoom and pan together. */
function linkedViewers(app: App, count: number): MediaViewer[] {
  const viewers: MediaViewer[] = [];
  for (let index = 0; index < count; index += 1) {
    viewers.push(mediaViewer(app, (zoom) => zoom.onChange((transform) => follow(index, transform))));
  }
  function follow(leader: number, transform: ZoomTransform): void {
    viewers.forEach((viewer, index) => {
      if (index !== leader) viewer.zoom()?.show(transform);
    });
  }
  return viewers;
}

function caption(app: App, job: PageJob, index: number, all: readonly PageJob[]): HTMLElement {
  const different = whatDiffers(all)
    .filter(({ key, source }) => source !== 'input' || key !== promptName(job.input))
    .map(({ key, values }) => `${key} ${valueText(values[index])}`);
  const folder = job.folder === undefined ? [] : [job.folder];
  const text = [...folder, ...different].join(', ') || titleOf(job);
  return element(
    'figcaption',
    {},
    element('span', { class: 'compare-letter' }, letters[index] ?? ''),
    button(
      `Open ${titleOf(job)}`,
      () => app.go({ open: job.job, file: 0 }, 'push'),
      { class: 'compare-open' },
      text,
    ),
    starButton(app, job.job),
    removeButton(app, job, 'compare-close'),
  );
}

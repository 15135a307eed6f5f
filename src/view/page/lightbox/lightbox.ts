import './lightbox.css';
import { toggleCompared } from '../comparison/compared-jobs.ts';
import { spokenJob, titleOf } from '../job/job-words.ts';
import { mediaViewer } from '../media/media-viewer.ts';
import { turnStar } from '../picks/star-button.ts';
import type { App, Direction } from '../state/app.ts';
import { button, element } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';
import { announce, notify } from '../widgets/notices.ts';
import { jobPanel } from './job-panel.ts';
import { lightboxBar } from './lightbox-bar.ts';
import { type LightboxActions, onLightboxKey } from './lightbox-keys.ts';
import { nextFile, preload, type ShownFile } from './neighbours.ts';
import { onSwipe } from './swiping.ts';

const directions = ['left', 'right', 'up', 'down'] as const satisfies readonly Direction[];
const opposite = { left: 'right', right: 'left', up: 'down', down: 'up' } as const;
const zoomStep = 1.4;

/** One picture, large, with all that is known of it. It follows the view: `open` and `file`. */
export function lightbox(app: App): HTMLElement {
  const stage = mediaViewer(app, (zoom) => zoom.onChange(() => bar.showMagnification(stage.magnification())));
  let place: ShownFile | null = null;

  const actions: LightboxActions = {
    close: () => dialog.close(),
    walk(direction) {
      const beside = place === null ? null : app.beside(place.job.job, direction);
      if (beside === null) notify(dialog, 'There is nothing further on that side.');
      else go({ job: beside, file: 0 });
    },
    walkFiles(step) {
      const next = place === null ? null : nextFile(place, app.cellmates(place.job.job), step);
      if (next === null) notify(dialog, step === 1 ? 'This is the last file.' : 'This is the first file.');
      else go(next);
    },
    larger: () => stage.zoom()?.by(zoomStep),
    smaller: () => stage.zoom()?.by(1 / zoomStep),
    fit: () => stage.zoom()?.to(1),
    actualSize: () => stage.zoom()?.toActual(),
    star() {
      if (place !== null) turnStar(app, place.job.job, dialog);
    },
    toggleCompared() {
      if (place !== null) toggleCompared(app, place.job.job, dialog);
    },
    toggleDetails() {
      bar.showDetails(dialog.toggleAttribute('data-details'));
    },
  };

  const bar = lightboxBar(actions);
  const arrows = directions.map((direction) =>
    button(
      `${direction} (arrow key)`,
      () => actions.walk(direction),
      { class: `lightbox-arrow is-${direction}`, tabindex: '-1' },
      icon(direction),
    ),
  );
  const panel = element('div', { class: 'lightbox-panel' });
  const dialog = element(
    'dialog',
    { class: 'lightbox whole-window', tabindex: '-1', autofocus: true, 'data-details': true },
    bar.root,
    element('div', { class: 'lightbox-view' }, stage.root, ...arrows),
    panel,
  );
  bar.showDetails(true);

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
    if (!dialog.isConnected || (place?.job === job && place.file === file)) return;
    if (!dialog.open) {
      dialog.showModal();
      dialog.focus();
    }
    place = { job, file };
    show(place);
  }

  function show({ job, file }: ShownFile): void {
    const mates = app.cellmates(job.job);
    const beside = directions.map((direction) => app.beside(job.job, direction));
    const [former, next] = [nextFile({ job, file }, mates, -1), nextFile({ job, file }, mates, 1)];
    const shown = app.shown();
    stage.show(job, file);
    bar.show({
      at: shown.indexOf(job) + 1,
      of: shown.length,
      file: file + 1,
      files: job.outputs.length,
      hasFormer: former !== null,
      hasNext: next !== null,
    });
    bar.showMagnification(stage.magnification());
    arrows.forEach((arrow, index) => {
      arrow.hidden = beside[index] === null;
    });
    dialog.setAttribute('aria-label', titleOf(job));
    panel.replaceChildren(jobPanel(app, job, file));
    panel.scrollTop = 0;
    // The button that was pressed may have gone with the former panel.
    if (!dialog.contains(document.activeElement)) dialog.focus();
    announce(dialog, spokenJob(job));
    preload([...beside, former?.job ?? null, next?.job ?? null]);
  }

  dialog.addEventListener('keydown', (event) => onLightboxKey(event, actions));
  dialog.addEventListener('close', () => {
    place = null;
    stage.clear();
    panel.replaceChildren();
    if (app.view().open !== null) app.go({ open: null, file: 0 }, 'push');
  });
  onSwipe(
    stage.root,
    () => (stage.zoom()?.pose().scale ?? 1) === 1,
    (towards) => actions.walk(opposite[towards]),
  );
  app.onChange(follow);
  // The page puts the dialog in its place after this returns.
  queueMicrotask(follow);
  return dialog;
}

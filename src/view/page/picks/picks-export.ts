import './picks-export.css';
import { varyPicksCommand } from '../job/job-commands.ts';
import { jobThumb } from '../job/job-thumb.ts';
import type { App } from '../state/app.ts';
import { countOf, countText } from '../widgets/amounts.ts';
import { bound } from '../widgets/bound-elements.ts';
import { commandLine, copy } from '../widgets/clipboard.ts';
import { button, element } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';
import { notify } from '../widgets/notices.ts';
import { pickRecords, picksCsv, picksJson } from './picks-files.ts';
import { importPicks } from './picks-import.ts';
import { saveBlob } from './save-blob.ts';
import { maxLinkedStars } from './star-links.ts';
import { zipPart } from './zip-part.ts';

const maxThumbs = 60;

/** A button that counts the picks, and its dialog: export, import, and the command for variations. */
export function picksExport(app: App): HTMLElement {
  const dialog = element('dialog', { class: 'picks', 'aria-label': 'Picks' });
  const count = element('span', {});
  const open = button('Picks', () => show(app, dialog), { class: 'picks-open' }, icon('star'), count);
  bound(app.picks, count, (target) => {
    target.textContent = countText(app.picks.all().length);
  });
  dialog.addEventListener('keydown', (event) => event.stopPropagation());
  // A click on the backdrop has the dialog itself as its target.
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  return element('div', { class: 'picks-export' }, open, dialog);
}

function show(app: App, dialog: HTMLDialogElement): void {
  const records = pickRecords(app.picks.all(), app.jobs, app.head);
  const jobs = app.picks
    .all()
    .map(({ job }) => app.jobOf(job))
    .filter((job) => job !== null);
  const trouble = app.picks.trouble();
  dialog.replaceChildren(
    element(
      'div',
      { class: 'picks-body' },
      element(
        'header',
        {},
        element('h2', {}, countOf(records.length, 'pick')),
        button('Close (Esc)', () => dialog.close(), { class: 'picks-close' }, icon('close')),
      ),
      trouble === null ? null : element('p', { class: 'picks-trouble' }, trouble),
      records.length === 0 ? element('p', {}, 'Star an image (s) or add a note to see it here.') : null,
      element(
        'div',
        { class: 'picks-thumbs' },
        ...jobs.slice(0, maxThumbs).map((job) => jobThumb(app, job, 'Pick')),
        jobs.length > maxThumbs
          ? element('span', {}, `and ${countText(jobs.length - maxThumbs)} more`)
          : null,
      ),
      element(
        'div',
        { class: 'picks-files' },
        download('picks.json', 'application/json', records.length, () => picksJson(app.head.dir, records)),
        download('picks.csv', 'text/csv', records.length, () => picksCsv(records)),
        importPicks(app, () => show(app, dialog)),
        copyLink(app),
      ),
      zipPart(app),
      ...whatNext(app),
    ),
  );
  if (!dialog.open) dialog.showModal();
}

function whatNext({ head }: App): HTMLElement[] {
  if (head.parcel !== undefined) {
    return [element('p', {}, 'To tell your choice to whoever sent you this page, send them picks.json.')];
  }
  return [
    element(
      'p',
      {},
      'To create variations of the starred images, save picks.json in your working folder and run:',
    ),
    ...(head.compared ?? [head]).map(({ dir }) =>
      commandLine(varyPicksCommand(dir), 'the command that creates variations'),
    ),
  ];
}

function download(name: string, type: string, count: number, text: () => string): HTMLElement {
  const save = (): void => {
    saveBlob(new Blob([text()], { type: `${type};charset=utf-8` }), name);
    notify(downloadButton, `Downloading ${name}.`);
  };
  const downloadButton = button(`Download ${name}`, save, { disabled: count === 0 }, icon('download'), name);
  return downloadButton;
}

/** The address has the stars; what has no place in it is sent as a file. */
function copyLink({ picks }: App): HTMLElement {
  const stars = picks.all().filter(({ isStarred }) => isStarred).length;
  const link = button(
    'Copy link with stars',
    () => copy(location.href, 'the link to this view with its stars', link),
    {
      disabled: stars === 0 || stars > maxLinkedStars,
      title:
        stars > maxLinkedStars
          ? `A link holds ${maxLinkedStars} stars at most: send picks.json instead`
          : 'Copy a link to this view with its stars, without notes',
    },
    icon('copy'),
    'Copy link with stars',
  );
  return link;
}

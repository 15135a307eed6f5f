import './picks-export.css';
import { varyPicksCommand } from '../job/job-commands.ts';
import { jobThumb } from '../job/job-thumb.ts';
import type { App } from '../state/app.ts';
import { countOf, countText } from '../widgets/amounts.ts';
import { bound } from '../widgets/bound-elements.ts';
import { commandLine } from '../widgets/clipboard.ts';
import { button, element } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';
import { notify } from '../widgets/notices.ts';
import { merged, pickRecords, picksCsv, picksJson, readPicks } from './picks-files.ts';

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
  const records = pickRecords(app.picks.all(), app.jobs);
  const jobs = records.map(({ job }) => app.jobOf(job)).filter((job) => job !== null);
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
        importPicks(app, dialog),
      ),
      element(
        'p',
        {},
        'To create variations of the starred images, save picks.json in your working folder and run:',
      ),
      commandLine(varyPicksCommand(app.head.dir), 'the command that creates variations'),
    ),
  );
  if (!dialog.open) dialog.showModal();
}

function download(name: string, type: string, count: number, text: () => string): HTMLElement {
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([text()], { type: `${type};charset=utf-8` }));
    const link = element('a', { href: url, download: name });
    link.click();
    // By the second frame, the browser has taken the text.
    requestAnimationFrame(() => requestAnimationFrame(() => URL.revokeObjectURL(url)));
    notify(downloadButton, `Downloading ${name}.`);
  };
  const downloadButton = button(`Download ${name}`, save, { disabled: count === 0 }, icon('download'), name);
  return downloadButton;
}

/** Adds the stars and notes of a picks.json to those on the page. */
function importPicks(app: App, dialog: HTMLDialogElement): HTMLElement {
  const field = element('input', { type: 'file', accept: '.json,application/json', hidden: true });
  field.addEventListener('change', async () => {
    const [file] = field.files ?? [];
    if (file === undefined) return;
    const read = readPicks(await file.text());
    field.value = '';
    if ('complaint' in read) {
      notify(dialog, read.complaint);
      return;
    }
    for (const other of read.picks) {
      const own = app.picks.of(other.job);
      const { isStarred, note } = merged(own, other);
      if (isStarred !== own.isStarred) app.picks.star(other.job, isStarred);
      if (note !== own.note) app.picks.note(other.job, note);
    }
    const unknown = read.picks.filter(({ job }) => app.jobOf(job) === null).length;
    show(app, dialog);
    const done = `Imported ${countOf(read.picks.length, 'pick')} from ${file.name}`;
    notify(dialog, unknown === 0 ? `${done}.` : `${done}. Not on this page: ${countText(unknown)}.`);
  });
  const ask = button('Import picks.json', () => field.click(), {}, icon('upload'), 'Import…');
  return element('span', {}, ask, field);
}

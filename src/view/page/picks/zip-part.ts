import './zip-part.css';
import type { App } from '../state/app.ts';
import { bytesText, countOf, countText } from '../widgets/amounts.ts';
import { button, element } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';
import { pickRecords, picksJson } from './picks-files.ts';
import { type FoundFiles, findFiles, zipOf } from './zip-files.ts';
import { type NamedFile, namedFiles } from './zip-names.ts';
import { downloadSink, fileSink, type Sink } from './zip-sinks.ts';

/** A zip of this size is better written to disk as it is made, where the browser can do that. */
const maxInMemory = 300e6;

/** The folder that the user has chosen: the page asks once. */
let chosen: readonly { readonly path: string; readonly file: File }[] | null = null;

/** Saves the files of the starred jobs as a zip, with picks.json in it. */
export function zipPart(app: App): HTMLElement {
  const { files } = starredFiles(app);
  const status = element('div', { class: 'zip-status', role: 'status' });
  const save = button(
    'Save starred as zip',
    () => start(),
    {
      disabled: files.length === 0,
      title: `Save ${countOf(files.length, 'file')} and picks.json as one zip file`,
    },
    icon('download'),
    'Save starred as zip',
  );

  async function start(): Promise<void> {
    chosen ??= await chooseFolder();
    if (chosen === null) return;
    // The stars may have changed since the dialog was drawn.
    const found = findFiles(starredFiles(app).files, chosen);
    if (found.found.length === 0) {
      chosen = null;
      say(`The starred files are not in that folder. Choose the run folder ${app.head.name}.`);
      return;
    }
    const size = found.found.reduce((sum, { file }) => sum + file.size, 0);
    if (size > maxInMemory && fileSink !== null) askWhere(found, size);
    else await write(found, downloadSink);
  }

  /** The browser asks where to save only in answer to a press. */
  function askWhere(found: FoundFiles, size: number): void {
    const sink = fileSink;
    if (sink === null) return;
    const where = button('Choose where to save', () => write(found, sink));
    status.replaceChildren(
      `${countOf(found.found.length, 'file')}, ${bytesText(size)}. They are written as they are read. `,
      where,
    );
    where.focus();
  }

  async function write(found: FoundFiles, open: (name: string) => Promise<Sink | null>): Promise<void> {
    const name = `${fileStem(app.head.name)}-starred.zip`;
    const sink = await open(name);
    if (sink === null) return;
    const stopping = new AbortController();
    const cancel = button('Cancel', () => stopping.abort(), {});
    const bar = element('progress', { max: 1, 'aria-label': `Saving ${name}` });
    const amount = element('span', {});
    status.replaceChildren(bar, amount, cancel);
    save.disabled = true;
    const { stream, bytes } = zipOf(found.found, recordsJson(app, found), stopping.signal, (read) => {
      bar.value = read / bytes;
      amount.textContent = `${bytesText(read)} of ${bytesText(bytes)}`;
    });
    try {
      await sink.take(stream, stopping.signal);
      say(
        `Saved ${name}: ${countOf(found.found.length, 'file')}, ${bytesText(bytes)}.${notes(found, starredFiles(app).without)}`,
      );
    } catch (thrown) {
      if (!stopping.signal.aborted && !(thrown instanceof DOMException)) throw thrown;
      // The folder may have changed since it was chosen.
      if (!stopping.signal.aborted) chosen = null;
      say(
        stopping.signal.aborted
          ? 'Cancelled. Nothing was saved.'
          : `Nothing was saved: the browser could not read or write a file (${(thrown as DOMException).name}). Try again, and choose the run folder again.`,
      );
    } finally {
      save.disabled = false;
    }
  }

  function say(sentence: string): void {
    status.replaceChildren(element('p', {}, sentence));
  }

  return element(
    'section',
    { class: 'zip-part', 'aria-label': 'Zip' },
    element('div', { class: 'picks-files' }, save),
    element('p', {}, chosen === null ? whyFolder(app) : ''),
    status,
  );
}

/** The files of the starred jobs, and how many of these have none on the page. */
function starredFiles({ picks, jobs }: App): {
  readonly files: readonly NamedFile[];
  readonly without: number;
} {
  const starred = new Set(picks.all().flatMap(({ job, isStarred }) => (isStarred ? [job] : [])));
  const some = jobs.filter(({ job, outputs }) => outputs.length > 0 && starred.has(job));
  return { files: namedFiles(some), without: starred.size - some.length };
}

function whyFolder({ head }: App): string {
  return `A page may not read files on its own, so the browser first asks for the run folder: choose ${head.name}. It may call that an upload, but nothing leaves this computer.`;
}

/** What is not in the zip, or not as the run saved it. */
function notes({ missing, changed }: FoundFiles, without: number): string {
  return [
    missing.length === 0 ? '' : ` Not in that folder: ${listOf(missing)}.`,
    changed === 0
      ? ''
      : ` ${countOf(changed, 'file has', 'files have')} another size than when the run saved them.`,
    without === 0 ? '' : ` ${countOf(without, 'starred job has', 'starred jobs have')} no file.`,
  ].join('');
}

function listOf(files: readonly NamedFile[]): string {
  const some = files.slice(0, 3).map(({ path }) => path);
  return files.length > 3 ? `${some.join(', ')} and ${countText(files.length - 3)} more` : some.join(', ');
}

/** picks.json as it is exported, with the names that the files have in the zip. */
function recordsJson(app: App, { found }: FoundFiles): string {
  const names = new Map<string, string[]>();
  for (const { job, name } of found) names.set(job, [...(names.get(job) ?? []), name]);
  const records = pickRecords(
    app.picks.all().filter(({ isStarred }) => isStarred),
    app.jobs,
  ).map((record) => ({ ...record, in_zip: names.get(record.job) ?? [] }));
  return picksJson(app.head.dir, records);
}

function fileStem(name: string): string {
  return (
    name
      .replace(/[^\p{L}\p{N}._-]+/gu, '-')
      .replace(/^[-.]+|[-.]+$/g, '')
      .slice(0, 80) || 'run'
  );
}

/** null: the user chose none. */
function chooseFolder(): Promise<typeof chosen> {
  const field = element('input', { type: 'file', webkitdirectory: true });
  return new Promise((resolve) => {
    field.addEventListener('cancel', () => resolve(null));
    field.addEventListener('change', () => {
      const files = [...(field.files ?? [])];
      resolve(files.length === 0 ? null : files.map((file) => ({ path: file.webkitRelativePath, file })));
    });
    field.click();
  });
}

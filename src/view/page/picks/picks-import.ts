import type { PageHead } from '../../page-data.ts';
import type { App, Pick } from '../state/app.ts';
import { bytesText, countOf } from '../widgets/amounts.ts';
import { button, element } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';
import { notify } from '../widgets/notices.ts';
import { readPicks } from './picks-files.ts';
import { readPicksTable } from './picks-sheet.ts';

/** What the browser stores of a page is less. */
const maxBytes = 20e6;

/** Adds the stars and notes of picks.json and picks.csv files, such as a colleague's, to those on the page. */
export function importPicks(app: App, onImported: () => void): HTMLElement {
  const field = element('input', {
    type: 'file',
    accept: '.json,.csv,application/json,text/csv',
    multiple: true,
    hidden: true,
    'aria-label': 'Import picks.json or picks.csv',
  });
  field.addEventListener('change', async () => {
    const files = [...(field.files ?? [])];
    const said: string[] = [];
    for (const file of files) {
      const read = await picksIn(file, app.head);
      said.push('complaint' in read ? read.complaint : imported(app, file.name, read.picks));
    }
    field.value = '';
    if (files.length === 0) return;
    const near = field.closest('dialog') ?? document.body;
    onImported();
    notify(near, said.join(' '));
  });
  const ask = button(
    'Import picks…',
    () => field.click(),
    { title: "Add a colleague's picks.json or picks.csv to yours" },
    icon('upload'),
    'Import picks…',
  );
  return element('span', {}, ask, field);
}

async function picksIn(
  file: File,
  head: PageHead,
): Promise<{ picks: readonly Pick[] } | { complaint: string }> {
  if (file.size > maxBytes) return { complaint: `${file.name} is larger than ${bytesText(maxBytes)}.` };
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch (thrown) {
    if (!(thrown instanceof DOMException)) throw thrown;
    return { complaint: `The browser could not read ${file.name}.` };
  }
  const text = decoded(bytes);
  if (text.trim() === '') return { complaint: `${file.name} is empty.` };
  const isTable = /^[^{[]/.test(text.trimStart()) && !/\.json$/i.test(file.name);
  return isTable ? readPicksTable(text) : readPicks(text, head);
}

/** Spreadsheets save UTF-16 and the code page of Windows, too. */
function decoded(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes, 0, Math.min(bytes.byteLength, 2));
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function imported(app: App, name: string, picks: readonly Pick[]): string {
  const { stars, notes } = app.picks.merge(picks);
  const unknown = picks.filter(({ job }) => app.jobOf(job) === null).length;
  const news = `${countOf(stars, 'new star')}, ${countOf(notes, 'new note')}`;
  const missing = unknown === 0 ? '' : ` ${countOf(unknown, 'job is', 'jobs are')} not on this page.`;
  return `Imported ${countOf(picks.length, 'pick')} from ${name}: ${news}.${missing}`;
}

import './tokens.css';
import './page.css';
import type { PageHead, PageJob } from '../page-data.ts';
import { blockIds, decoding, type Shared, type WireJob } from '../page-wire.ts';
import { compareDialog } from './comparison/compare-dialog.ts';
import { compareTray } from './comparison/compare-tray.ts';
import { masthead } from './frame/masthead.ts';
import { keyHelp, pageKeys } from './frame/page-keys.ts';
import { refresh } from './frame/refresh.ts';
import { focusSearch, searchField } from './frame/search-field.ts';
import { skipLink } from './frame/skip-link.ts';
import { noMatches, statusLine } from './frame/status-line.ts';
import { themeButton } from './frame/theme.ts';
import { toolbar } from './frame/toolbar.ts';
import { gridView } from './grid/grid-view.ts';
import { labelCard } from './grid/label-card.ts';
import { lightbox } from './lightbox/lightbox.ts';
import { linkedBanner } from './picks/linked-banner.ts';
import { picks } from './picks/picks.ts';
import { picksExport } from './picks/picks-export.ts';
import { starredAddress } from './picks/starred-address.ts';
import { reportPanel } from './report/report-panel.ts';
import { addressBar } from './state/address-bar.ts';
import { browserStorage, storageInMemory } from './state/browser-storage.ts';
import { pageStore } from './state/page-store.ts';
import { restoreScroll } from './state/saved-scroll.ts';
import { wallView } from './wall/wall-view.ts';
import { button, element } from './widgets/dom.ts';

const { head, jobs } = embeddedData();
const storage = browserStorage('localStorage');
const session = browserStorage('sessionStorage') ?? storageInMemory();
const ownPicks = picks(head.folderKey, storage);
const address = starredAddress(
  addressBar(),
  ownPicks,
  jobs.map(({ job }) => job),
);
const page = pageStore(head, jobs, ownPicks, address, innerWidth);
document.title = `${head.name} – runcomfy-batch`;

const help = keyHelp();
const card = labelCard(page);
const grid = gridView(page, card);
const wall = wallView(page);
const report = reportPanel(page);
const views = { grid: grid.element, wall: wall.element, report };
const search = searchField(page, focusFirst);
const searchHome = element('div', { class: 'search-home' });
const tools = [
  refresh(page, session),
  picksExport(page),
  themeButton(storage ?? storageInMemory()),
  button(
    'Keyboard shortcuts',
    () => help.showModal(),
    { class: 'tool', title: 'Keyboard shortcuts (?)' },
    '?',
  ),
].filter((tool) => tool !== null);

function showMode(): void {
  const { mode } = page.view();
  for (const [name, view] of Object.entries(views)) view.hidden = name !== mode;
}

/** Moves the focus to the first result of the view; false: there is none. */
function focusFirst(): boolean {
  const { mode } = page.view();
  if (mode !== 'report') return mode === 'grid' ? grid.focusFirst() : wall.focusFirst();
  report.focus();
  return true;
}
page.onChange(showMode);
showMode();
document
  .getElementById('app')
  ?.append(
    skipLink(focusFirst),
    masthead(page, searchHome, ...tools),
    toolbar(page, search, searchHome),
    linkedBanner(page, address.unknown),
    element('main', {}, views.grid, views.wall, views.report, noMatches(page)),
    statusLine(page),
    element('div', { class: 'comparison' }, compareTray(page), compareDialog(page)),
    lightbox(page),
    card.element,
    help,
  );
pageKeys(page, () => focusSearch(search), help);
restoreScroll(head.folderKey, [views.grid, views.wall], session);

/** The jobs that are embedded in the page. Throws if the page was cut off. */
function embeddedData(): { readonly head: PageHead; readonly jobs: readonly PageJob[] } {
  const { head, values } = jsonBlock<Shared>(blockIds.shared);
  return { head, jobs: jsonBlock<readonly WireJob[]>(blockIds.jobs).map(decoding(values)) };
}

function jsonBlock<T>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page is incomplete: its block "${id}" is missing.`);
  const json = JSON.parse(found.textContent) as T;
  // Otherwise the text would stay in memory, and every search of the document would go through it.
  found.remove();
  return json;
}

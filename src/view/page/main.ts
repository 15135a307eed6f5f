import './tokens.css';
import './page.css';
import { addressBar } from './address.ts';
import { browserStorage, storageInMemory } from './browser-storage.ts';
import { comparison } from './comparison/comparison.ts';
import { button, element } from './dom.ts';
import { keyHelp } from './frame/key-help.ts';
import { masthead } from './frame/masthead.ts';
import { pageKeys } from './frame/page-keys.ts';
import { refresh } from './frame/refresh.ts';
import { nothingShown, statusLine } from './frame/status-line.ts';
import { themeButton } from './frame/theme.ts';
import { focusSearch, toolbar } from './frame/toolbar.ts';
import { gridView } from './grid/grid-view.ts';
import { labelCard } from './grid/label-card.ts';
import { keptScroll } from './kept-scroll.ts';
import { lightbox } from './lightbox/lightbox.ts';
import { pageBlocks } from './page-blocks.ts';
import { pageStore } from './page-store.ts';
import { picks } from './picks/picks.ts';
import { picksExport } from './picks/picks-export.ts';
import { reportPanel } from './report/report-panel.ts';
import { wallView } from './wall/wall-view.ts';

const { head, jobs } = pageBlocks();
const kept = browserStorage('localStorage');
const storage = kept ?? storageInMemory();
const session = browserStorage('sessionStorage') ?? storageInMemory();
const page = pageStore(head, jobs, picks(head.folderKey, kept), addressBar(), innerWidth);
document.title = `${head.name} – runcomfy-batch`;

const help = keyHelp();
const card = labelCard(page);
const views = { grid: gridView(page, card), wall: wallView(page), report: reportPanel(page) };
const bar = toolbar(page);
const tools = [
  refresh(page, session),
  picksExport(page),
  themeButton(storage),
  button('Keys', () => help.showModal(), { class: 'tool', title: 'Keys (?)' }, '?'),
];

function showMode(): void {
  const { mode } = page.view();
  for (const [name, view] of Object.entries(views)) view.hidden = name !== mode;
}
page.onChange(showMode);
showMode();
document
  .getElementById('app')
  ?.append(
    masthead(page, ...tools),
    bar,
    element('main', {}, views.grid, views.wall, views.report, nothingShown(page)),
    statusLine(page),
    comparison(page),
    lightbox(page),
    card.element,
    help,
  );
pageKeys(page, () => focusSearch(bar), help);
keptScroll(head.folderKey, [views.grid, views.wall], session);

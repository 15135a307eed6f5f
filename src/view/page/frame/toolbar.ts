import './toolbar.css';
import { filterBar } from '../filters/filter-bar.ts';
import { axisPickers } from '../grid/axis-pickers.ts';
import type { Mode, ViewState } from '../state/app.ts';
import type { Page } from '../state/page-store.ts';
import { cellWidths } from '../state/view-state.ts';
import { button, element } from '../widgets/dom.ts';
import { placeByWidth } from './search-field.ts';

const modes = { grid: 'Grid', wall: 'Wall', report: 'Report' } as const satisfies Record<Mode, string>;
const orders = {
  newest: 'newest first',
  prompt: 'by prompt',
  plan: 'in plan order',
} as const satisfies Record<ViewState['wallOrder'], string>;

const isNarrow = '(max-width: 640px)';

/**
 * Chooses the view, its axes, the image size and the jobs. A window of less than 1440 px folds the filters away, and a
 * narrow one all but the views and the search, which else stands in `searchHome`.
 */
export function toolbar(page: Page, search: HTMLElement, searchHome: HTMLElement): HTMLElement {
  const filters = filterBar(page);
  filters.id = 'filters';
  const options = element(
    'div',
    { class: 'options', id: 'options' },
    axisPickers(page),
    orderPicker(page),
    sizeSlider(page),
    starredToggle(page),
  );
  const bar = element('div', { class: 'toolbar' });
  const foldAll = foldButton(page, bar, 'View and filters', 'unfolded', options.id);
  const foldFilters = foldButton(page, bar, 'Filters', 'filters-open', filters.id);
  const searchSlot = element('div', { class: 'search-slot' });
  options.append(foldFilters, filters);
  bar.append(modeTabs(page), searchSlot, foldAll, options);
  placeByWidth(isNarrow, search, searchSlot, searchHome);
  const show = (): void => {
    bar.dataset.mode = page.view().mode;
  };
  page.onChange(show);
  show();
  return bar;
}

/** Sets a class of the toolbar, and says how many filters are active. */
function foldButton(
  page: Page,
  bar: HTMLElement,
  name: string,
  openClass: string,
  controls: string,
): HTMLElement {
  const active = element('span', { class: 'many' });
  const fold = button(
    name,
    () => fold.setAttribute('aria-expanded', String(bar.classList.toggle(openClass))),
    { class: `fold is-${controls}`, 'aria-controls': controls, 'aria-expanded': 'false' },
    'Filters',
    active,
  );
  function show(): void {
    const count = Object.values(page.view().hidden).filter(({ length }) => length > 0).length;
    active.textContent = count === 0 ? '' : ` ${count}`;
    fold.classList.toggle('active', count > 0);
    fold.setAttribute('aria-label', count === 0 ? name : `${name}: ${count} active`);
  }
  page.onChange(show);
  show();
  return fold;
}

function modeTabs(page: Page): HTMLElement {
  const tabs = (Object.keys(modes) as Mode[]).map((mode) => {
    const tab = button(modes[mode], () => page.go({ mode }, 'push'), {
      title: `${modes[mode]} (${modes[mode].charAt(0).toLowerCase()})`,
    });
    return { mode, tab };
  });
  function show(): void {
    for (const { mode, tab } of tabs) tab.setAttribute('aria-pressed', String(page.view().mode === mode));
  }
  page.onChange(show);
  show();
  return element(
    'div',
    { class: 'modes', role: 'group', 'aria-label': 'View' },
    ...tabs.map(({ tab }) => tab),
  );
}

function orderPicker(page: Page): HTMLElement {
  const select = element(
    'select',
    { 'aria-label': 'Wall order' },
    ...Object.entries(orders).map(([order, label]) => new Option(label, order)),
  );
  select.addEventListener('change', () => {
    page.go({ wallOrder: select.value as ViewState['wallOrder'] }, 'push');
  });
  const show = (): void => {
    select.value = page.view().wallOrder;
  };
  page.onChange(show);
  show();
  return element('label', { class: 'picker order' }, 'Order', select);
}

function sizeSlider(page: Page): HTMLElement {
  const slider = element('input', {
    type: 'range',
    min: cellWidths.min,
    max: 480,
    step: 8,
    'aria-label': 'Image size',
  });
  slider.addEventListener('input', () => page.go({ cellWidth: Number(slider.value) }, 'replace'));
  const show = (): void => {
    slider.value = String(page.view().cellWidth);
  };
  page.onChange(show);
  show();
  return element('label', { class: 'picker size' }, 'Size', slider);
}

function starredToggle(page: Page): HTMLElement {
  const toggle = button(
    'Starred only',
    () => page.go({ starredOnly: !page.view().starredOnly }, 'push'),
    { class: 'starred' },
    '★ Starred',
  );
  const show = (): void => toggle.setAttribute('aria-pressed', String(page.view().starredOnly));
  page.onChange(show);
  show();
  return toggle;
}

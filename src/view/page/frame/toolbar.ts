import './toolbar.css';
import { filterBar } from '../filters/filter-bar.ts';
import { axisPickers } from '../grid/axis-pickers.ts';
import type { Mode, ViewState } from '../state/app.ts';
import type { Page } from '../state/page-store.ts';
import { cellWidths } from '../state/view-state.ts';
import { button, element } from '../widgets/dom.ts';

const modes = { grid: 'Grid', wall: 'Wall', report: 'Report' } as const satisfies Record<Mode, string>;
const orders = {
  newest: 'newest first',
  prompt: 'by prompt',
  plan: 'in plan order',
} as const satisfies Record<ViewState['wallOrder'], string>;

/** Chooses the view, its axes, the image size and the jobs. A narrow window folds all but the views away. */
export function toolbar(page: Page): HTMLElement {
  const options = element(
    'div',
    { class: 'options', id: 'options' },
    axisPickers(page),
    orderPicker(page),
    sizeSlider(page),
    starredToggle(page),
    searchField(page),
    filterBar(page),
  );
  const fold = button('View and filters', () => unfold(fold.getAttribute('aria-expanded') !== 'true'), {
    class: 'fold',
    'aria-controls': 'options',
    'aria-expanded': 'false',
  });
  const bar = element('div', { class: 'toolbar' }, modeTabs(page), fold, options);
  function unfold(isOpen: boolean): void {
    fold.setAttribute('aria-expanded', String(isOpen));
    bar.classList.toggle('unfolded', isOpen);
  }
  const show = (): void => {
    bar.dataset.mode = page.view().mode;
  };
  page.onChange(show);
  show();
  return bar;
}

/** Moves the focus to the search field and unfolds it if necessary. */
export function focusSearch(bar: HTMLElement): void {
  const fold = bar.querySelector<HTMLElement>('.fold[aria-expanded=false]');
  if (fold?.checkVisibility() === true) fold.click();
  bar.querySelector<HTMLInputElement>('input[type=search]')?.select();
  bar.querySelector<HTMLInputElement>('input[type=search]')?.focus();
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

/** Searches as the user types, at most once per frame. */
function searchField(page: Page): HTMLElement {
  const field = element('input', {
    type: 'search',
    placeholder: 'Search prompts',
    'aria-label': 'Search prompts, names and IDs',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  let frame = 0;
  field.addEventListener('input', () => {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      page.go({ search: field.value }, 'replace');
    });
  });
  function show(): void {
    if (frame === 0 && field.value !== page.view().search) field.value = page.view().search;
  }
  page.onChange(show);
  show();
  return element('div', { class: 'search' }, field, element('kbd', { 'aria-hidden': 'true' }, '/'));
}

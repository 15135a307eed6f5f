import { keep } from '../state/browser-storage.ts';
import type { Page } from '../state/page-store.ts';
import { button, element } from '../widgets/dom.ts';

const everyMs = 15_000;

/**
 * If a run was in progress when the page was last updated, how to see newer results: by reloading the page from disk,
 * since it has no server to ask. The report says when that was. null: no run was in progress.
 */
export function refresh({ head }: Page, storage: Storage): HTMLElement | null {
  const key = `rcb:refresh:${head.folderKey}`;
  const madeAt = new Date(head.madeAt);
  const time = madeAt.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const again = button('Reload', () => location.reload(), { class: 'again' });
  if (!head.isRunning) return null;

  const box = element('input', { type: 'checkbox' });
  box.checked = storage.getItem(key) === 'on';
  box.addEventListener('change', () => {
    keep(storage, key, box.checked ? 'on' : 'off');
    arm();
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  function arm(): void {
    clearTimeout(timer);
    if (box.checked) timer = setTimeout(reload, everyMs);
  }
  /** Does not interrupt a user who is searching or looking at one result. */
  function reload(): void {
    const isBusy =
      document.hidden || document.querySelector('dialog[open], :popover-open, input[type=search]:focus');
    if (isBusy) arm();
    else location.reload();
  }
  arm();
  return element(
    'div',
    { class: 'updated busy' },
    element('i', { class: 'dot' }),
    element('span', { title: `As of ${time}` }, 'run in progress'),
    again,
    element('label', { title: `Reload every ${everyMs / 1_000} seconds` }, box, 'auto'),
  );
}

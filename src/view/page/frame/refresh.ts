import { keep } from '../state/browser-storage.ts';
import type { Page } from '../state/page-store.ts';
import { button, element } from '../widgets/dom.ts';

const everyMs = 15_000;

/**
 * When the page was made, and, where a run was going on then, how to see what came since: the page is read from disk
 * again, since there is no server to ask.
 */
export function refresh({ head }: Page, storage: Storage): HTMLElement {
  const key = `rcb:refresh:${head.folderKey}`;
  const made = new Date(head.madeAt);
  const time = made.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const again = button('Refresh', () => location.reload(), {
    class: 'again',
    title: 'Read the page from disk again',
  });
  const at = element('time', { datetime: made.toISOString(), title: made.toLocaleString() }, time);
  if (!head.isRunning) return element('div', { class: 'made' }, 'made ', at);

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
  /** Whoever types, or looks at one picture, is not interrupted. */
  function reload(): void {
    const isBusy =
      document.hidden || document.querySelector('dialog[open], :popover-open, input[type=search]:focus');
    if (isBusy) arm();
    else location.reload();
  }
  arm();
  return element(
    'div',
    { class: 'made going' },
    element('i', { class: 'dot' }),
    element('span', {}, 'a run was going on at ', at),
    again,
    element('label', { title: `Refresh every ${everyMs / 1_000} seconds` }, box, 'auto'),
  );
}

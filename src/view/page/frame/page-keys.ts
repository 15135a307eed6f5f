import type { Mode } from '../app.ts';
import { isTyping } from '../dom.ts';
import { swapAxes } from '../grid/axis-pickers.ts';
import type { Page } from '../page-store.ts';

const modes: Readonly<Record<string, Mode>> = { g: 'grid', w: 'wall', r: 'report' };

/** Keys that work wherever one is on the page, unless one types or a dialog is open. */
export function pageKeys(page: Page, search: () => void, help: HTMLDialogElement): void {
  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(target) || document.querySelector('dialog[open], :popover-open') !== null) return;
    const mode = Object.hasOwn(modes, key) ? modes[key] : undefined;
    if (key === '/') search();
    else if (key === '?') help.showModal();
    else if (key === 'x' && page.view().mode === 'grid') swapAxes(page);
    else if (mode !== undefined) page.go({ mode }, 'push');
    else return;
    event.preventDefault();
  });
}

import './clipboard.css';
import { button, element } from './dom.ts';
import { icon } from './icon.ts';
import { notify } from './notices.ts';

/** Copies a text and says so. `what` is named in what is said: `the prompt`. */
export async function copy(text: string, what: string, near: Element): Promise<void> {
  const isCopied = (await copiedByClipboard(text)) || copiedBySelection(text, near);
  notify(
    near,
    isCopied ? `Copied ${what}.` : `This browser did not let ${what} be copied: select it by hand.`,
  );
}

/** A button that copies. */
export function copyButton(label: string, what: string, text: string): HTMLButtonElement {
  const made = button(`Copy ${what}`, () => copy(text, what, made), { class: 'copy' }, icon('copy'), label);
  return made;
}

/** A command, whole and selectable, with a button that copies it. */
export function commandLine(command: string, what = 'the command'): HTMLElement {
  return element(
    'div',
    { class: 'command-line' },
    element('code', { tabindex: '0', 'aria-label': `${what}: ${command}` }, command),
    copyButton('', what, command),
  );
}

/** Pages opened by double-click have no clipboard in some browsers, and others refuse it. */
async function copiedByClipboard(text: string): Promise<boolean> {
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (clipboard === undefined) return false;
  return clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}

function copiedBySelection(text: string, near: Element): boolean {
  const before = document.activeElement;
  const field = element('textarea', { class: 'copied-text', readonly: true, 'aria-hidden': 'true' });
  field.value = text;
  // Outside an open modal dialog nothing can be selected.
  (near.closest('dialog') ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return isCopied;
}

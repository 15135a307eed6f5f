import './clipboard.css';
import { button, element } from './dom.ts';
import { icon } from './icon.ts';
import { notify } from './notices.ts';

/** Copies a text and confirms it. `what` names the text in the notice: `the prompt`. */
export async function copy(text: string, what: string, near: Element): Promise<void> {
  const isCopied = (await copiedByClipboard(text)) || copiedBySelection(text, near);
  notify(
    near,
    isCopied ? `Copied ${what}.` : `The browser blocked copying ${what}. Select it and copy it by hand.`,
  );
}

export function copyButton(label: string, what: string, text: string): HTMLButtonElement {
  const created = button(
    `Copy ${what}`,
    () => copy(text, what, created),
    { class: 'copy' },
    icon('copy'),
    label,
  );
  return created;
}

/** A command as selectable text, with a button that copies it. */
export function commandLine(command: string, what = 'the command'): HTMLElement {
  return element(
    'div',
    { class: 'command-line' },
    element('code', { tabindex: '0', 'aria-label': `${what}: ${command}` }, command),
    copyButton('', what, command),
  );
}

/** Some browsers give no clipboard to pages opened from disk, and others refuse to write to it. */
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
  // While a modal dialog is open, only text inside it can be selected.
  (near.closest('dialog') ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return isCopied;
}

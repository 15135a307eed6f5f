import './notices.css';
import { element } from './dom.ts';

/** Says a sentence to those who see and to those who listen. */
export function notify(near: Element, sentence: string): void {
  fill(near, 'notice', sentence);
}

/** Says a sentence to those who listen alone. */
export function announce(near: Element, sentence: string): void {
  fill(near, 'announcement', sentence);
}

/** Speaks inside the dialog that `near` stands in: what lies behind a modal dialog is silent. */
function fill(near: Element, name: string, sentence: string): void {
  const host = near.closest('dialog') ?? document.body;
  const region = host.querySelector(`:scope > .${name}`) ?? element('div', { class: name, role: 'status' });
  if (!region.isConnected) host.append(region);
  region.replaceChildren();
  // A region that is filled as it appears is not read out.
  requestAnimationFrame(() => region.replaceChildren(element('span', {}, sentence)));
}

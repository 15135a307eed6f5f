import './notices.css';
import { element } from './dom.ts';

/** Shows a sentence for a few seconds; screen readers read it out. */
export function notify(near: Element, sentence: string): void {
  fill(near, 'notice', sentence);
}

/** Has screen readers read out a sentence, without showing it. */
export function announce(near: Element, sentence: string): void {
  fill(near, 'announcement', sentence);
}

/** The region is inside the dialog around `near`, since screen readers ignore what is behind a modal dialog. */
function fill(near: Element, name: string, sentence: string): void {
  const host = near.closest('dialog') ?? document.body;
  const region = host.querySelector(`:scope > .${name}`) ?? element('div', { class: name, role: 'status' });
  if (!region.isConnected) host.append(region);
  region.replaceChildren();
  // A region that is filled in the moment it is added is not read out.
  requestAnimationFrame(() => region.replaceChildren(element('span', {}, sentence)));
}

import './job-buttons.css';
import { compareButton } from '../comparison/compare-button.ts';
import { starButton } from '../picks/star-button.ts';
import type { Page } from '../state/page-store.ts';
import { element } from '../widgets/dom.ts';

/**
 * The star of a job and its place in the comparison, on its picture. Keys do the same where the picture has the
 * focus, so that Tab does not stop twice at each of thousands.
 */
export function jobButtons(page: Page, job: string): HTMLElement {
  const buttons = [compareButton(page, job), starButton(page, job)];
  for (const each of buttons) each.tabIndex = -1;
  return element('div', { class: 'job-buttons' }, ...buttons);
}

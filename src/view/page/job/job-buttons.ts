import './job-buttons.css';
import { compareButton } from '../comparison/compare-button.ts';
import { starButton } from '../picks/star-button.ts';
import type { Page } from '../state/page-store.ts';
import { element } from '../widgets/dom.ts';

/**
 * The star and comparison buttons on the image of a job. Tab skips them, or it would stop twice at each of thousands
 * of images: keys do the same for the image that has the focus.
 */
export function jobButtons(page: Page, job: string): HTMLElement {
  const buttons = [compareButton(page, job), starButton(page, job)];
  for (const each of buttons) each.tabIndex = -1;
  return element('div', { class: 'job-buttons' }, ...buttons);
}

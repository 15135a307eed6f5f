import './job-marks.css';
import { asideButton } from '../comparison/aside-button.ts';
import { element } from '../dom.ts';
import type { Page } from '../page-store.ts';
import { starButton } from '../picks/star-button.ts';

/**
 * The star of a job and its place in the comparison, on its picture. Keys do the same where the picture has the
 * focus, so that Tab does not stop twice at each of thousands.
 */
export function jobMarks(page: Page, job: string): HTMLElement {
  const buttons = [asideButton(page, job), starButton(page, job)];
  for (const each of buttons) each.tabIndex = -1;
  return element('div', { class: 'marks' }, ...buttons);
}

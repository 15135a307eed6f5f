import { toggleCompared } from '../comparison/compared-jobs.ts';
import { turnStar } from '../picks/star-button.ts';
import type { App } from '../state/app.ts';

/** Opens the picture that was clicked; buttons on it do their own work. */
export function openClicked(app: App, target: Element): void {
  if (target.closest('button, a, video[controls]') !== null) return;
  const { job, file } = target.closest<HTMLElement>('[data-job]')?.dataset ?? {};
  if (job !== undefined) app.go({ open: job, file: Number(file ?? 0) }, 'push');
}

/** What the keys do on a job that has the focus. */
export function onJobKey(app: App, event: KeyboardEvent, job: string): void {
  const { key, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey || !Object.hasOwn(presses, key)) return;
  event.preventDefault();
  presses[key]?.(app, job, event.target as Element);
}

const presses: Readonly<Record<string, (app: App, job: string, near: Element) => void>> = {
  Enter: open,
  ' ': open,
  s: turnStar,
  c: toggleCompared,
};

function open(app: App, job: string): void {
  app.go({ open: job, file: 0 }, 'push');
}

import { toggleCompared } from '../comparison/compared-jobs.ts';
import { comparePair } from '../comparison/pairs.ts';
import { toggleStar } from '../picks/star-button.ts';
import type { App } from '../state/app.ts';

/** Opens the result that was clicked, unless the click was meant for a button or another control on it. */
export function openClicked(app: App, target: Element): void {
  if (target.closest('button, a, video[controls]') !== null) return;
  const { job, file } = target.closest<HTMLElement>('[data-job]')?.dataset ?? {};
  if (job !== undefined) app.go({ open: job, file: Number(file ?? 0) }, 'push');
}

/** Handles a key pressed on the job that has the focus. */
export function onJobKey(app: App, event: KeyboardEvent, job: string): void {
  const { key, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey || !Object.hasOwn(keyActions, key)) return;
  event.preventDefault();
  keyActions[key]?.(app, job, event.target as Element);
}

const keyActions: Readonly<Record<string, (app: App, job: string, near: Element) => void>> = {
  Enter: open,
  ' ': open,
  s: toggleStar,
  c: toggleCompared,
  p: comparePair,
};

function open(app: App, job: string): void {
  app.go({ open: job, file: 0 }, 'push');
}

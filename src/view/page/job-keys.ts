import { layAside } from './aside-button.ts';
import type { Page } from './page-store.ts';
import { say } from './saying.ts';

/** Opens the picture that was clicked; buttons on it do their own work. */
export function openFrom(page: Page, target: Element): void {
  if (target.closest('button, a, video[controls]') !== null) return;
  const { job, file } = target.closest<HTMLElement>('[data-job]')?.dataset ?? {};
  if (job !== undefined) page.go({ open: job, file: Number(file ?? 0) }, 'push');
}

/** What the keys do on a job that has the focus. */
export function pressOnJob(page: Page, event: KeyboardEvent, job: string): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const press = presses[event.key];
  if (press === undefined) return;
  event.preventDefault();
  press(page, job, event.target as Element);
}

type Press = (page: Page, job: string, near: Element) => void;
const open: Press = (page, job) => page.go({ open: job, file: 0 }, 'push');
const presses: Readonly<Record<string, Press>> = {
  Enter: open,
  ' ': open,
  s(page, job, near) {
    const isStarred = !page.picks.of(job).isStarred;
    page.picks.star(job, isStarred);
    say(near, isStarred ? 'Starred.' : 'Star taken back.');
  },
  c: layAside,
};

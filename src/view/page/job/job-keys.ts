import type { Page } from '../page-store.ts';
import { mostCompared } from '../view-state.ts';

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
  press(page, job);
}

const presses: Readonly<Record<string, (page: Page, job: string) => void>> = {
  Enter: open,
  ' ': open,
  s: (page, job) => {
    const isStarred = !page.picks.of(job).isStarred;
    page.picks.star(job, isStarred);
    page.say(isStarred ? 'Starred.' : 'The star is taken off.');
  },
  c: (page, job) => {
    const { compared } = page.view();
    if (compared.includes(job)) {
      page.go({ compared: compared.filter((other) => other !== job) }, 'replace');
      page.say('Taken out of the comparison.');
    } else if (compared.length >= mostCompared) {
      page.say(`${mostCompared} jobs are laid aside to be compared already: take one out first.`);
    } else {
      page.go({ compared: [...compared, job] }, 'replace');
      page.say(`Laid aside to be compared, ${compared.length + 1} of ${mostCompared}.`);
    }
  },
};

function open(page: Page, job: string): void {
  page.go({ open: job, file: 0 }, 'push');
}

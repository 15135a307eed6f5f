import type { PageJob } from '../../page-data.ts';
import type { App } from '../state/app.ts';
import { button, element } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';
import { isPair, nextPair } from './pairs.ts';

/** Goes from pair to pair where folders are compared; null: they are not. `shown`: the jobs that are compared. */
export function pairSteps(app: App, shown: () => readonly PageJob[]) {
  if (app.head.compared === undefined) return null;
  const go = (step: 1 | -1): void => {
    const next = nextPair(app, shown(), step);
    if (next !== null) app.go({ compared: next.map(({ job }) => job) }, 'replace');
  };
  const previous = button('Previous pair (p)', () => go(-1), { class: 'compare-close' }, icon('left'));
  const next = button('Next pair (n)', () => go(1), { class: 'compare-close' }, icon('right'));
  const label = element('span', { class: 'compare-pair' });
  const root = element(
    'div',
    { class: 'compare-steps', role: 'group', 'aria-label': 'Pairs' },
    previous,
    next,
    label,
  );
  return {
    root,
    show(): void {
      const jobs = shown();
      root.hidden = !isPair(jobs);
      previous.disabled = nextPair(app, jobs, -1) === null;
      next.disabled = nextPair(app, jobs, 1) === null;
      label.textContent = jobs[0]?.pair ?? '';
    },
    onKey(key: string): void {
      if (root.hidden) return;
      if (key === 'n') go(1);
      if (key === 'p') go(-1);
    },
  };
}

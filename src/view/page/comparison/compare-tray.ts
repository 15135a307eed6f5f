import './compare-tray.css';
import { jobThumb } from '../job/job-thumb.ts';
import type { App } from '../state/app.ts';
import { maxCompared } from '../state/view-state.ts';
import { button, element } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';
import { removeButton } from './compare-button.ts';
import { comparedJobs } from './compared-jobs.ts';

/** The jobs to compare; hidden while there are none. */
export function compareTray(app: App): HTMLElement {
  const tray = element('div', {
    class: 'compare-tray',
    role: 'region',
    'aria-label': 'Results to compare',
  });

  function paint(): void {
    const jobs = comparedJobs(app);
    tray.hidden = jobs.length === 0;
    const compare = button(
      'Compare',
      () => app.go({ isComparing: true }, 'push'),
      { class: 'compare-tray-go', disabled: jobs.length < 2, title: `${jobs.length} of ${maxCompared}` },
      icon('compare'),
      'Compare',
    );
    tray.replaceChildren(
      ...jobs.map((job) =>
        element(
          'div',
          { class: 'compare-tray-job' },
          jobThumb(app, job, 'To compare'),
          removeButton(app, job),
        ),
      ),
      compare,
      button('Clear', () => app.go({ compared: [] }, 'replace'), { class: 'compare-tray-clear' }),
    );
  }

  let painted: readonly string[] | null = null;
  function follow(): void {
    const { compared } = app.view();
    if (painted === compared) return;
    painted = compared;
    paint();
  }
  app.onChange(follow);
  follow();
  return tray;
}

import './compare-tray.css';
import type { App } from './app.ts';
import { comparedJobs } from './compared-jobs.ts';
import { button, element } from './dom.ts';
import { icon } from './icon.ts';
import { titleOf } from './job-texts.ts';
import { jobThumb } from './job-thumb.ts';
import { mostCompared } from './view-state.ts';

/** The jobs laid aside; nothing as long as there are none. */
export function compareTray(app: App): HTMLElement {
  const tray = element('div', {
    class: 'compare-tray',
    role: 'region',
    'aria-label': 'Laid aside for comparison',
  });

  function paint(): void {
    const jobs = comparedJobs(app);
    tray.hidden = jobs.length === 0;
    const compare = button(
      'Compare',
      () => app.go({ isComparing: true }, 'push'),
      { class: 'compare-tray-go', disabled: jobs.length < 2, title: `${jobs.length} of ${mostCompared}` },
      icon('compare'),
      'Compare',
    );
    tray.replaceChildren(
      ...jobs.map((job) =>
        element(
          'div',
          { class: 'compare-tray-job' },
          jobThumb(app, job, 'Laid aside'),
          button(
            `Take out: ${titleOf(job)}`,
            () => app.go({ compared: app.view().compared.filter((id) => id !== job.job) }, 'replace'),
            {},
            icon('close'),
          ),
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

import './report-panel.css';
import type { App } from '../state/app.ts';
import { countOf } from '../widgets/amounts.ts';
import { element } from '../widgets/dom.ts';
import { duplicatesPart } from './duplicates-part.ts';
import { failuresPart } from './failures-part.ts';
import { latenciesOf, latencyBins } from './latency-bins.ts';
import { latencyPlot } from './latency-plot.ts';
import { reportFigures } from './report-figures.ts';
import { runsPart } from './runs-part.ts';

const maxBins = 72;
/** A percentile of fewer jobs means little. */
const jobsPerBin = 5;

/** The run folder at a glance: results, cost and time, what failed and what to do about it. */
export function reportPanel(app: App): HTMLElement {
  const panel = element('section', { class: 'report', 'aria-label': 'Report' });
  // Most visits only look at images, and sorting tens of thousands of latencies takes a moment.
  function fill(): void {
    if (app.view().mode === 'report' && panel.childElementCount === 0) panel.append(...parts(app));
  }
  app.onChange(fill);
  fill();
  return panel;
}

function parts(app: App): HTMLElement[] {
  const latencies = latenciesOf(app.jobs);
  const bins = latencyBins(latencies, Math.min(maxBins, Math.max(2, latencies.length / jobsPerBin)));
  const { failures, duds, runs } = app.head.overview;
  const failed = failures.reduce((sum, { jobs }) => sum + jobs, 0);
  return [
    reportFigures(app),
    failures.length === 0 ? null : part(`${countOf(failed, 'job')} without a result`, failuresPart(app)),
    bins.length === 0 ? null : part('Time from submission to finish', latencyPlot(bins)),
    duds.same.length + duds.flat.length === 0 ? null : part('Blank or duplicate images', duplicatesPart(app)),
    runs.length === 0 ? null : part('Runs', runsPart(runs)),
  ].filter((each) => each !== null);
}

function part(title: string, content: HTMLElement): HTMLElement {
  return element('section', { class: 'report-part' }, element('h2', {}, title), content);
}

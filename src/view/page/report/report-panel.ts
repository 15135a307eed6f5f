import './report-panel.css';
import type { Page } from '../state/page-store.ts';
import { countOf } from '../widgets/amounts.ts';
import { element } from '../widgets/dom.ts';
import { duplicatesPart } from './duplicates-part.ts';
import { failuresPart } from './failures-part.ts';
import { foldersPart } from './folders-part.ts';
import { latenciesOf, latencyBins } from './latency-bins.ts';
import { latencyPlot } from './latency-plot.ts';
import { reportFigures } from './report-figures.ts';
import { runsPart } from './runs-part.ts';

const maxBins = 72;
/** A percentile of fewer jobs means little. */
const jobsPerBin = 5;

/** The run folder at a glance: results, cost and time, what failed and what to do about it. */
export function reportPanel(page: Page): HTMLElement {
  const panel = element('section', { class: 'report', tabindex: -1, 'aria-label': 'Report' });
  // Most visits only look at images, and sorting tens of thousands of latencies takes a moment.
  function fill(): void {
    if (page.view().mode === 'report' && panel.childElementCount === 0) panel.append(...parts(page));
  }
  page.onChange(fill);
  fill();
  return panel;
}

function parts(page: Page): HTMLElement[] {
  const latencies = latenciesOf(page.jobs);
  const bins = latencyBins(latencies, Math.min(maxBins, Math.max(2, latencies.length / jobsPerBin)));
  const { compared, overview } = page.head;
  const { failures, duds, runs } = overview;
  const failed = failures.reduce((sum, { jobs }) => sum + jobs, 0);
  return [
    reportFigures(page),
    failures.length === 0 ? null : part(`${countOf(failed, 'job')} without a result`, failuresPart(page)),
    compared === undefined ? null : part('Folders', foldersPart(page, compared)),
    bins.length === 0 ? null : part('Time from submission to finish', latencyPlot(bins)),
    duds.same.length + duds.flat.length === 0
      ? null
      : part('Blank or duplicate results', duplicatesPart(page)),
    runs.length === 0 ? null : part('Runs', runsPart(runs)),
  ].filter((each) => each !== null);
}

function part(title: string, content: HTMLElement): HTMLElement {
  return element('section', { class: 'report-part' }, element('h2', {}, title), content);
}

import './latency-plot.css';
import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';
import { instantText } from '../job/instant.ts';
import { countText, tookText } from '../widgets/amounts.ts';
import { element } from '../widgets/dom.ts';
import type { LatencyBin } from './latency-bins.ts';

const heightPx = 220;

/** Median and 95th percentile over time as a plot, and as a table for screen readers. */
export function latencyPlot(bins: readonly LatencyBin[]): HTMLElement {
  const surface = element('div', { class: 'latency-plot-surface', 'aria-hidden': 'true' });
  const root = element('div', { class: 'latency-plot' }, surface, latencyTable(bins));
  let plot: uPlot | null = null;
  let widthPx = 0;

  function draw(): void {
    plot?.destroy();
    plot = widthPx === 0 ? null : new uPlot(options(surface, widthPx), valuesOf(bins), surface);
  }

  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width === widthPx) return;
    widthPx = width;
    draw();
  }).observe(surface);
  onThemeChange(draw, () => root.isConnected);
  return root;
}

/** Seconds on both axes, as uPlot expects. A long gap breaks the line, so that two nights do not look like one slow day. */
function valuesOf(bins: readonly LatencyBin[]): uPlot.AlignedData {
  const times: number[] = [];
  const [p50, p95]: (number | null)[][] = [[], []];
  const longGapMs = ((bins.at(-1)?.to ?? 0) - (bins[0]?.from ?? 0)) / 10;
  bins.forEach((bin, index) => {
    const before = bins[index - 1];
    if (before !== undefined && bin.from - before.to > longGapMs) {
      times.push((before.to + bin.from) / 2_000);
      p50?.push(null);
      p95?.push(null);
    }
    times.push((bin.from + bin.to) / 2_000);
    p50?.push(bin.p50Ms / 1_000);
    p95?.push(bin.p95Ms / 1_000);
  });
  return [times, p50 ?? [], p95 ?? []];
}

function options(surface: HTMLElement, width: number): uPlot.Options {
  const colour = (token: string): string => resolved(surface, token);
  const value = (_: uPlot, seconds: number | null): string =>
    seconds === null ? '–' : tookText(seconds * 1_000);
  const axis: uPlot.Axis = {
    stroke: colour('--quiet'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const line = (label: string, stroke: string): uPlot.Series => ({
    label,
    stroke,
    value,
    width: 1.5,
    points: { size: 5, fill: stroke },
  });
  return {
    width,
    height: heightPx,
    padding: [null, 44, null, null],
    scales: { y: { range: (_self, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
    axes: [
      { ...axis, space: 90, values: (_, ticks) => timeTexts(ticks) },
      { ...axis, size: 56, values: (_, ticks) => ticks.map(tickText) },
    ],
    bands: [{ series: [2, 1], fill: colour('--line') }],
    series: [
      { label: 'finished', value: (_, at) => (at === null ? '–' : instantText(at * 1_000)) },
      line('typical', colour('--accent')),
      line('slow ones', colour('--warn')),
    ],
    cursor: { drag: { x: false, y: false } },
  };
}

/** Times of day; the first of each day also has the date. */
function timeTexts(ticks: readonly number[]): string[] {
  const days = ticks.map((tick) =>
    new Date(tick * 1_000).toLocaleDateString(undefined, { dateStyle: 'medium' }),
  );
  const isFine = ticks.some((tick) => tick % 60 !== 0);
  return ticks.map((tick, index) => {
    const time = new Date(tick * 1_000).toLocaleTimeString(undefined, {
      timeStyle: isFine ? 'medium' : 'short',
    });
    return days[index] === days[index - 1] ? time : `${time}\n${days[index]}`;
  });
}

function tickText(seconds: number): string {
  return seconds < 60 ? `${Number(seconds.toFixed(2))}s` : tookText(seconds * 1_000);
}

/** The current value of a colour token, which differs between light and dark, for the canvas. */
function resolved(near: HTMLElement, token: string): string {
  const probe = element('span', { style: `color: var(${token})` });
  near.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function latencyTable(bins: readonly LatencyBin[]): HTMLElement {
  const body = element('tbody', {});
  for (const { from, jobs, p50Ms, p95Ms } of bins) {
    const texts = [countText(jobs), tookText(p50Ms), tookText(p95Ms)];
    body.append(
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, instantText(from)),
        ...texts.map((text) => element('td', {}, text)),
      ),
    );
  }
  const names = ['from', 'jobs', 'typical', 'slow ones'].map((name) => element('th', { scope: 'col' }, name));
  return element(
    'details',
    { class: 'latency-plot-table' },
    element('summary', {}, 'Show as table'),
    element('table', {}, element('thead', {}, element('tr', {}, ...names)), body),
  );
}

/** The theme is the system's or, by an attribute of the page, the user's own. Listens until the plot is removed. */
function onThemeChange(redraw: () => void, isNeeded: () => boolean): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const own = new MutationObserver(changed);
  let wasNeeded = false;
  function changed(): void {
    wasNeeded ||= isNeeded();
    if (isNeeded()) redraw();
    else if (wasNeeded) {
      system.removeEventListener('change', changed);
      own.disconnect();
    }
  }
  system.addEventListener('change', changed);
  own.observe(document.documentElement, { attributes: true });
}

import { countOf, showCount } from '../../core/counts.ts';
import type { CanaryReport } from '../../core/job/canary-report.ts';
import { roundedUsd, showUsd } from '../../core/money/prices.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { estimatedJson } from '../plan/money-text.ts';
import { plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { estimatedText, etaText, idleRemark, moneyText } from '../terminal/wording.ts';

/** What stands around the report. Commands are ready to paste into a shell. */
interface CanaryClosing {
  /** The viewer's page as the user would write it; null: there is none. */
  readonly page: string | null;
  /** Lists the jobs that did not succeed. */
  readonly list: string;
}

/** While it runs. */
export function canaryNote(jobs: number): string {
  return `Canary: only ${countOf(jobs, 'job')} spread over the grid; the others wait.`;
}

const maxReasons = 4;

/** How the canary went and what the rest will cost and take, ending with a line break. */
export function canaryText(report: CanaryReport, { page, list }: CanaryClosing, terminal: Terminal): string {
  const { jobs, done, failed } = report;
  const bad = failed === 0 ? '' : `, ${showCount(failed)} did not succeed`;
  const [mark, tone] = failed === 0 ? (['✓', 'green'] as const) : (['✗', 'red'] as const);
  const headline = `Canary: ${showCount(done)} of ${countOf(jobs, 'job')} done${bad}.`;
  const lines = [`${toned(terminal, tone, mark)} ${toned(terminal, 'bold', headline)}`, ''];
  const field = (label: string, text: string): void => {
    lines.push(`  ${toned(terminal, 'dim', label.padEnd(11))}${text}`);
  };
  field('cost', costText(report));
  field('time', timeText(report));
  field('the rest', restText(report));
  if (page !== null) field('page', plainText(page));
  if (failed > 0) {
    lines.push('', '  What went wrong');
    for (const { jobs: count, class: word, message } of report.reasons.slice(0, maxReasons)) {
      lines.push(`    ${toned(terminal, 'red', showCount(count))} × ${word}: ${plainText(message)}`);
    }
    const more = report.reasons.length - maxReasons;
    if (more > 0) lines.push(`    and ${countOf(more, 'other reason')}`);
    lines.push('', '  List them:', `    ${toned(terminal, 'cyan', list)}`);
  }
  return `${lines.join('\n')}\n`;
}

function costText({ costUsd, estimatedUsd = 0, costPerJobUsd }: CanaryReport): string {
  if (costUsd === null || costPerJobUsd === null) return 'unknown: the server named none';
  const said = `${moneyText(costUsd, 0, estimatedUsd)} (${showUsd(costPerJobUsd)} per job)`;
  return estimatedUsd > 0 ? `${said}${estimatedText(costUsd, estimatedUsd)}; ${idleRemark}` : said;
}

function timeText({ p50Ms, p90Ms }: CanaryReport): string {
  if (p50Ms === null || p90Ms === null) return 'unknown: no job finished';
  return `${showDuration(p50Ms)} for a typical job, ${showDuration(p90Ms)} for a slow one`;
}

function restText({ remaining, projectedUsd, projectedMs, projectedSlowMs }: CanaryReport): string {
  const slow =
    projectedSlowMs === null || etaText(projectedSlowMs) === etaText(projectedMs)
      ? ''
      : ` (${etaText(projectedSlowMs)} if all are slow)`;
  return `${countOf(remaining, 'job')}: ${projectedText({ projectedUsd, projectedMs })}${slow}`;
}

function projectedText({
  projectedUsd,
  projectedMs,
}: Pick<CanaryReport, 'projectedUsd' | 'projectedMs'>): string {
  const money = projectedUsd === null ? 'cost unknown' : `about ${showUsd(projectedUsd)}`;
  return `${money}, ${projectedMs === null ? 'time unknown' : `about ${etaText(projectedMs)}`}`;
}

/** `Continue with 7,992 jobs (about $640, about 2h05m)?` */
export function canaryQuestion(report: CanaryReport): string {
  return `Continue with ${countOf(report.remaining, 'job')} (${projectedText(report)})?`;
}

/** Why it stopped and how to go on, ending with a line break. */
export function canaryStopText(
  report: CanaryReport,
  {
    goOn,
    exitCode,
    isDeclined,
  }: { readonly goOn: string; readonly exitCode: number; readonly isDeclined: boolean },
  terminal: Terminal,
): string {
  const rest = countOf(report.remaining, 'job waits', 'jobs wait');
  const why = isDeclined ? 'Nothing more was submitted' : `${rest} for your consent`;
  return [
    '',
    `  ${why}. To continue:`,
    `    ${toned(terminal, 'cyan', goOn)}`,
    '',
    toned(terminal, 'dim', `  exit code ${exitCode}: the canary has run; the rest was not submitted`),
    '',
  ].join('\n');
}

/** The same for --quiet: a line for what went wrong, and one for what waits. */
export function quietCanaryText(report: CanaryReport, goOn: string): string {
  const { jobs, failed, reasons } = report;
  const bad = reasons.map(
    ({ jobs: count, class: word, message }) => `${countOf(count, 'canary job')}: ${word}: ${message}`,
  );
  const state = failed === 0 ? 'has run' : `has run, ${showCount(failed)} did not succeed`;
  const rest = `The canary of ${countOf(jobs, 'job')} ${state}; ${countOf(report.remaining, 'job')} (${projectedText(report)}) not submitted: ${goOn}`;
  return [...bad, rest].map((line) => `rcb: ${plainText(line)}\n`).join('');
}

/** For programs, in the words of the summary. */
export function canaryJson(report: CanaryReport) {
  return {
    jobs: report.jobs,
    done: report.done,
    failed: report.failed,
    cost: roundedUsd(report.costUsd),
    ...estimatedJson(report),
    cost_per_job: roundedUsd(report.costPerJobUsd),
    projected_cost: roundedUsd(report.projectedUsd),
    p50_ms: report.p50Ms,
    p90_ms: report.p90Ms,
    projected_ms: report.projectedMs,
    projected_slow_ms: report.projectedSlowMs,
    remaining: report.remaining,
    reasons: report.reasons.map((reason) => ({ ...reason })),
  };
}

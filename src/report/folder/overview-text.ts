import { countOf, showCount } from '../../core/counts.ts';
import type { BoundedOverview, RunAccount } from '../../core/job/overview.ts';
import { showUsd } from '../../core/money/prices.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { type Terminal, toned } from '../terminal/terminal.ts';
import { wrapText } from '../terminal/text-width.ts';
import { dayText, moneyText } from '../terminal/wording.ts';

/** From submission to finish, over the jobs that finished last. */
export interface LatencyView {
  readonly jobs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export interface AccountView {
  readonly overview: BoundedOverview;
  /** null: no job has finished. */
  readonly latency: LatencyView | null;
  /** Attempts whose cost has not been reported, including those in flight; left out: none. */
  readonly unnamed?: number;
  /** A process is working on the folder. */
  readonly isGoing: boolean;
  /** The environment variable of the API token. */
  readonly tokenVariable: string;
  /** ms since the epoch */
  readonly now: number;
}

const labelColumns = 11;

/** What the last run cost, what reuse saved, and how long the server takes. What is unknown is left out. */
export function accountLines(view: AccountView, terminal: Terminal, columns: number): readonly string[] {
  const { overview, latency } = view;
  const [last] = overview.runs;
  const facts: [label: string, text: string][] = [];
  if (last !== undefined) {
    facts.push([isUnderWay(last, view) ? 'this run' : 'last run', runText(last, view)]);
    const { reused, reusedUsd } = overview;
    if (reused > last.reused)
      facts.push(['reused', `${savedText(reused, reusedUsd)} (all runs, each job counted once)`]);
  }
  if (latency !== null) facts.push(['latency', latencyText(latency)]);
  return facts.flatMap(([label, text]) =>
    wrapText(text, Math.max(1, columns - labelColumns - 2)).map((line, index) => {
      const head =
        index === 0 ? toned(terminal, 'dim', label.padEnd(labelColumns)) : ' '.repeat(labelColumns);
      return `  ${head}${line}`;
    }),
  );
}

function isUnderWay({ endedAt }: RunAccount, { isGoing }: AccountView): boolean {
  return isGoing && endedAt === null;
}

function runText(run: RunAccount, view: AccountView): string {
  const { startedAt, endedAt, done, spentUsd, reused, reusedUsd } = run;
  const began = dayText(startedAt);
  const when =
    endedAt !== null
      ? `${began}, ${showDuration(endedAt - startedAt)}`
      : isUnderWay(run, view)
        ? `since ${began}, ${showDuration(view.now - startedAt)} so far`
        : `${began}, stopped unexpectedly`;
  const unnamed = view.unnamed ?? 0;
  const money =
    done + unnamed === 0
      ? showUsd(spentUsd)
      : moneyText(spentUsd, view.overview.unpriced + unnamed, view.overview.estimatedUsd);
  const before = reused === 0 ? '' : `; ${savedText(reused, reusedUsd, ' reused')}`;
  return `${when}: ${countOf(done, 'job')} done, ${money}${before}`;
}

function savedText(jobs: number, usd: number, verb = ''): string {
  return `${countOf(jobs, 'job')}${verb}${usd > 0 ? `, ${showUsd(usd)} saved` : ''}`;
}

function latencyText({ jobs, p50Ms, p95Ms }: LatencyView): string {
  const over = jobs === 1 ? '1 job' : `last ${showCount(jobs)} jobs`;
  return `usually ${secondsText(p50Ms)}, 95% under ${secondsText(p95Ms)} (${over})`;
}

// Fast models differ by fractions of a second.
function secondsText(ms: number): string {
  return ms < 9_950 ? `${(ms / 1_000).toFixed(1)}s` : showDuration(ms);
}

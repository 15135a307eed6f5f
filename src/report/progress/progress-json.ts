import { roundedUsd } from '../../core/money/prices.ts';
import type { RunEvent } from '../../core/ports.ts';
import { estimatedJson } from '../plan/money-text.ts';
import { inFlight } from '../terminal/wording.ts';
import { type ProgressSource, progressFacts } from './progress-facts.ts';
import { realTicker, type Ticker } from './ticker.ts';

/** How a run is doing, for programs. */
export interface ProgressLine {
  readonly event: 'progress';
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Jobs of the plan. */
  readonly jobs: number;
  /** By state. */
  readonly counts: Readonly<Record<string, number>>;
  readonly in_flight: number;
  /** Jobs that came to rest recently, per minute; null: not known yet. */
  readonly per_minute: number | null;
  /** null: not known. */
  readonly eta_ms: number | null;
  readonly elapsed_ms: number;
  /** What the folder is known to have cost, in dollars. */
  readonly cost: number;
  /** What of it is estimated by the time of machines; absent: nothing. */
  readonly cost_estimated?: number;
  /** Why nothing is submitted for now, as a sentence; null: nothing is in the way. */
  readonly waiting: string | null;
}

const everyMs = 10_000;

/** Tells programs how a run is doing, every ten seconds until it is stopped. */
export function progressLines(
  source: ProgressSource,
  tell: (line: ProgressLine) => void,
  ticker: Ticker = realTicker,
): { observe(event: RunEvent): void; stop(): void } {
  const facts = progressFacts(source);
  const startedAt = source.now();
  const stop = ticker(everyMs, () => {
    const { at, tally, total, perMinute, etaMs, waiting } = facts.view();
    tell({
      event: 'progress',
      at: new Date(at).toISOString(),
      jobs: total,
      counts: { ...tally.counts },
      in_flight: inFlight(tally.counts),
      per_minute: perMinute === null ? null : Math.round(perMinute * 10) / 10,
      eta_ms: etaMs === null ? null : Math.round(etaMs),
      elapsed_ms: at - startedAt,
      cost: roundedUsd(tally.spentUsd),
      ...estimatedJson(tally),
      waiting: waiting?.message ?? null,
    });
  });
  return { observe: facts.observe, stop };
}

import type { Instant } from '../../core/job/job.ts';
import { failureOf, isAtRest } from '../../core/job/state-facts.ts';
import type { Tally } from '../../core/job/tally.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { etaMs, settlingPace } from '../../core/pacing/settling-pace.ts';
import type { RunEvent } from '../../core/ports.ts';
import { inFlight } from '../terminal/wording.ts';
import type { ProgressView, Waiting } from './progress-block.ts';

/** What the display reads at each paint. */
export interface ProgressSource {
  tally(): Tally;
  /** Jobs of the plan. */
  readonly total: number;
  now(): Instant;
  /** A note such as how to quit, shown while it is not null. */
  note?(): string | null;
  /** The number of requests in flight that was set while the run was under way; null: none. */
  maxInFlight?(): number | null;
  /** No more jobs are submitted, so pending ones do not count towards the ETA. */
  draining?(): boolean;
  /** Submitting has ended; left out: as `draining`. */
  stopped?(): boolean;
}

/** What the display shows beyond the tally: the pace, the last file, waits and repeated requests. */
interface ProgressFacts {
  observe(event: RunEvent): void;
  view(): ProgressView;
  /** The source itself has changed. */
  refresh(): void;
  /** Whether an event has arrived since the last call. */
  hasNews(): boolean;
}

const troubleShownMs = 60_000;

export function progressFacts(source: ProgressSource): ProgressFacts {
  const startedAt = source.now();
  const pace = settlingPace(startedAt);
  const waits = new Map<Waiting['for'], Waiting>();
  let changed = true;
  let rateLimited = 0;
  let trouble: { message: string; at: number } | null = null;
  let lastFile: string | null = null;

  function observe(event: RunEvent): void {
    changed = true;
    switch (event.type) {
      case 'advanced': {
        const { state, at } = event;
        if (isAtRest(state.status) || failureOf(state) !== null) pace.settled(at);
        if (state.status === 'done') lastFile = state.files.at(-1)?.path ?? lastFile;
        return;
      }
      case 'repeating':
        if (event.failure.kind === 'rate_limited') rateLimited += 1;
        trouble = { message: event.failure.message, at: source.now() };
        return;
      case 'waiting':
        waits.set(event.for, event);
        return;
      case 'resumed':
        waits.delete(event.for);
        return;
      case 'halted':
        waits.clear();
        return;
      case 'polled':
      case 'warned':
        return;
    }
  }

  function view(): ProgressView {
    const at = source.now();
    const tally = source.tally();
    const perMinute = pace.perMinute(at);
    const isDraining = source.draining?.() === true || tally.halted !== null;
    // A run that submits nothing more cannot be paused. A canary submits all of its own jobs, though none of the plan's.
    const isStopped = (source.stopped ?? source.draining)?.() === true || tally.halted !== null;
    if (isStopped) waits.delete('user');
    return {
      tally,
      total: source.total,
      at,
      elapsedText: showDuration(at - startedAt),
      perMinute,
      // Nobody knows how long a wait will take.
      etaMs: waits.size > 0 ? null : etaMs(leftOf(tally, isDraining), perMinute),
      rateLimited,
      trouble: trouble !== null && at - trouble.at < troubleShownMs ? trouble.message : null,
      waiting: [...waits.values()].at(-1) ?? null,
      lastFile,
      maxInFlight: isStopped ? null : (source.maxInFlight?.() ?? null),
      note: source.note?.() ?? null,
    };
  }

  return {
    observe,
    view,
    refresh() {
      changed = true;
    },
    hasNews() {
      const before = changed;
      changed = false;
      return before;
    },
  };
}

/** Jobs that this run still has to finish. */
function leftOf(tally: Tally, isDraining: boolean): number {
  const { counts, stalled } = tally;
  return isDraining ? inFlight(counts) : Math.max(0, counts.pending + inFlight(counts) - stalled);
}

/** One request's way through its deployment. Times are milliseconds since the epoch; null until they are known. */
export interface PoolTurn {
  readonly enteredAt: number;
  readonly runMs: number;
  startedAt: number | null;
  endsAt: number | null;
  /** It has left the queue, or its run is to be broken off at `endsAt`. */
  isCancelled: boolean;
  /** The machine that runs it or has run it; null: it waits, or was cancelled while it waited. */
  instanceId: string | null;
}

/** How a deployment scales. Read whenever it matters, so that it can change meanwhile. */
interface PoolTerms {
  readonly maxInstances: number;
  /** So many waiting requests for each instance start another one. */
  readonly queueSize: number;
  /** How long an idle instance waits for a request before it is shut down. */
  readonly keepWarmMs: number;
  /** How long the nth instance takes to start. */
  readonly coldStartMs: (nth: number) => number;
  readonly instanceId: (nth: number) => string;
}

export interface InstancePool {
  /** Times must not run backwards; an earlier one counts as the latest seen. */
  enter(runMs: number, now: number): PoolTurn;
  /** Applies everything that is due by now. */
  advance(now: number): void;
  /** A waiting turn leaves at once, a running one after `afterMs`, unless its run has ended by then. */
  cancel(turn: PoolTurn, now: number, afterMs: number): 'left' | 'requested' | 'ended';
  /** Its position in the queue: 1 is next. */
  position(turn: PoolTurn): number;
  inFlight(): number;
  instances(): number;
  /** What is billed: each instance from its wake-up to its shutdown. */
  uptimeMs(now: number): number;
}

interface Instance {
  readonly id: string;
  readonly wokeAt: number;
  /** When it is ready, when its run ends, or when it has been idle for long enough. */
  nextAt: number;
  standing: 'starting' | 'busy' | 'idle';
}

/**
 * Instances that start when requests wait for them, stay warm for a while and shut down, down to none. Nothing ticks:
 * what happened since the last call is worked out at the next one.
 */
export function instancePool(terms: () => PoolTerms): InstancePool {
  const waiting: PoolTurn[] = [];
  const running = new Map<PoolTurn, Instance>();
  const alive: Instance[] = [];
  let [started, latest, pastUptimeMs] = [0, 0, 0];

  function takeNext(instance: Instance, at: number): void {
    const turn = waiting.shift();
    if (turn === undefined) {
      instance.standing = 'idle';
      instance.nextAt = at + terms().keepWarmMs;
      return;
    }
    turn.startedAt = Math.max(at, turn.enteredAt);
    turn.endsAt = turn.startedAt + turn.runMs;
    turn.instanceId = instance.id;
    running.set(turn, instance);
    instance.standing = 'busy';
    instance.nextAt = turn.endsAt;
  }
  function scaleOut(at: number): void {
    const { maxInstances, queueSize, coldStartMs, instanceId } = terms();
    for (;;) {
      const starting = alive.filter(({ standing }) => standing === 'starting').length;
      const unserved = waiting.length - starting;
      const isFull = unserved >= queueSize * alive.length;
      if (unserved <= 0 || !isFull || alive.length >= maxInstances) return;
      started += 1;
      const readyAt = at + coldStartMs(started);
      alive.push({ id: instanceId(started), wokeAt: at, nextAt: readyAt, standing: 'starting' });
    }
  }

  function step(instance: Instance): void {
    const at = instance.nextAt;
    if (instance.standing === 'idle') {
      alive.splice(alive.indexOf(instance), 1);
      pastUptimeMs += at - instance.wokeAt;
      return;
    }
    for (const [turn, where] of running) if (where === instance) running.delete(turn);
    takeNext(instance, at);
  }

  function advance(now: number): void {
    latest = Math.max(latest, now);
    for (;;) {
      const due = alive.filter(({ nextAt }) => nextAt <= latest);
      const first = due.toSorted((a, b) => a.nextAt - b.nextAt)[0];
      if (first === undefined) break;
      step(first);
    }
    // Its terms may have changed.
    scaleOut(latest);
  }

  return {
    advance,
    enter(runMs, now) {
      advance(now);
      const turn = turnFrom(latest, runMs);
      waiting.push(turn);
      const idle = alive.find(({ standing }) => standing === 'idle');
      if (idle !== undefined) takeNext(idle, latest);
      scaleOut(latest);
      advance(latest);
      return turn;
    },
    cancel(turn, now, afterMs) {
      advance(now);
      if (turn.startedAt === null && !turn.isCancelled) {
        waiting.splice(waiting.indexOf(turn), 1);
        turn.isCancelled = true;
        turn.endsAt = latest;
        return 'left';
      }
      const instance = running.get(turn);
      if (instance === undefined) return 'ended';
      const stopsAt = latest + afterMs;
      if (!turn.isCancelled && stopsAt < instance.nextAt) {
        turn.isCancelled = true;
        turn.endsAt = stopsAt;
        instance.nextAt = stopsAt;
      }
      return 'requested';
    },
    position: (turn) => waiting.indexOf(turn) + 1,
    inFlight: () => waiting.length + running.size,
    instances: () => alive.length,
    uptimeMs(now) {
      advance(now);
      return alive.reduce((sum, { wokeAt }) => sum + (latest - wokeAt), pastUptimeMs);
    },
  };
}

function turnFrom(enteredAt: number, runMs: number): PoolTurn {
  return { enteredAt, runMs, startedAt: null, endsAt: null, isCancelled: false, instanceId: null };
}

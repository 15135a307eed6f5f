/** One job's way through the queue. Times are milliseconds since the epoch; null until they are known. */
export interface Turn {
  readonly enteredAt: number;
  readonly runMs: number;
  /** Its number in order of arrival. */
  readonly order: number;
  startedAt: number | null;
  endsAt: number | null;
  leftAt: number | null;
}

interface SlotQueue {
  /** Times must not run backwards; an earlier one counts as the latest seen. */
  enter(runMs: number, now: number): Turn;
  /** Applies everything that is due by now. */
  advance(now: number): void;
  /** Removes a waiting turn; false once it runs or has ended. */
  leave(turn: Turn, now: number): boolean;
  /** Its position in the queue: 1 is next. */
  position(turn: Turn): number;
  inFlight(): number;
  resize(slots: number, now: number): void;
}

/**
 * First come, first served, on so many slots. Nothing ticks: what happened since the last call is worked out at the
 * next one, so thousands of jobs in flight cost nothing while nobody looks.
 */
export function slotQueue(initialSlots: number): SlotQueue {
  const running: Turn[] = [];
  const left: number[] = [];
  let waiting: Turn[] = [];
  let head = 0;
  let slots = initialSlots;
  let entered = 0;
  let latest = 0;

  function fill(at: number): void {
    while (running.length < slots && head < waiting.length) {
      const turn = waiting[head] as Turn;
      head += 1;
      if (turn.leftAt !== null) {
        left.splice(left.indexOf(turn.order), 1);
        continue;
      }
      turn.startedAt = Math.max(at, turn.enteredAt);
      turn.endsAt = turn.startedAt + turn.runMs;
      pushByEnd(running, turn);
    }
    if (head > 1_024 && head * 2 > waiting.length) {
      waiting = waiting.slice(head);
      head = 0;
    }
  }

  function advance(now: number): void {
    latest = Math.max(latest, now);
    for (let first = running[0]; first !== undefined; first = running[0]) {
      const endsAt = first.endsAt as number;
      if (endsAt > latest) return;
      popByEnd(running);
      fill(endsAt);
    }
  }

  return {
    advance,
    enter(runMs, now) {
      advance(now);
      const turn = { enteredAt: latest, runMs, order: entered, startedAt: null, endsAt: null, leftAt: null };
      entered += 1;
      waiting.push(turn);
      fill(latest);
      advance(latest);
      return turn;
    },
    leave(turn, now) {
      advance(now);
      if (turn.startedAt !== null || turn.leftAt !== null) return false;
      turn.leftAt = latest;
      left.splice(countBelow(left, turn.order), 0, turn.order);
      return true;
    },
    position(turn) {
      const first = waiting[head]?.order ?? turn.order;
      return turn.order - first + 1 - countBelow(left, turn.order);
    },
    inFlight: () => running.length + (waiting.length - head) - left.length,
    resize(count, now) {
      advance(now);
      slots = count;
      fill(latest);
      advance(latest);
    },
  };
}

/** The number of sorted numbers that are smaller. */
function countBelow(sorted: readonly number[], value: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

function endOf(heap: readonly Turn[], index: number): number {
  return heap[index]?.endsAt ?? Number.POSITIVE_INFINITY;
}

function pushByEnd(heap: Turn[], turn: Turn): void {
  let at = heap.push(turn) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (endOf(heap, parent) <= endOf(heap, at)) return;
    swap(heap, at, parent);
    at = parent;
  }
}

function popByEnd(heap: Turn[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  let at = 0;
  for (;;) {
    const [one, two] = [2 * at + 1, 2 * at + 2];
    const child = endOf(heap, two) < endOf(heap, one) ? two : one;
    if (endOf(heap, child) >= endOf(heap, at)) return;
    swap(heap, at, child);
    at = child;
  }
}

function swap(heap: Turn[], a: number, b: number): void {
  [heap[a], heap[b]] = [heap[b] as Turn, heap[a] as Turn];
}
